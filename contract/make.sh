#!/bin/sh
# Makes Union.Contracts/flyteidl2.binpb and .files again (or the file given). Needs node 20 and an npm registry; the build of
# the C# projects needs neither, since the result is committed.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
output=${1:-$here/../Union.Contracts/flyteidl2.binpb}

(cd "$here" && npm ci --ignore-scripts --no-audit --no-fund --silent)
node "$here/make.mjs" "$output"
