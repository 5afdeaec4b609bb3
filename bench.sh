#!/usr/bin/env bash
# Measures: ./bench.sh NAME [--output json]. A table for people, or one JSON object a line:
# figure, value, unit, reference, goal, met.
set -euo pipefail
cd "$(dirname "$0")"
dotnet build -c Release -v quiet -nologo bench/Union.Benchmarks 1>&2
exec dotnet bench/Union.Benchmarks/bin/Release/net10.0/Union.Benchmarks.dll "$@"
