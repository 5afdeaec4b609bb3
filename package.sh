#!/usr/bin/env bash
# Builds the one binary: ./package.sh [RID], such as linux-x64 (default), linux-arm64, osx-arm64.
# dist/union-RID is self-contained and compiled ahead for a fast start; nothing has to be installed to run it.
set -euo pipefail
cd "$(dirname "$0")"
rid=${1:-linux-x64}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
dotnet publish Union.Host -c Release -o "$out" -v quiet -nologo \
  -p:PublishProfile=Binary -p:BinaryRid="$rid" -p:CompileAhead=false
mkdir -p dist
cp "$out/union" "dist/union-$rid"
ls -l "dist/union-$rid"
