#!/bin/sh
# Fails when the committed contract is not what make.sh makes from the package and the additions.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
committed=$here/../Union.Contracts
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

"$here/make.sh" "$fresh/flyteidl2.binpb" >/dev/null
for name in flyteidl2.binpb flyteidl2.files; do
    if ! cmp -s "$fresh/$name" "$committed/$name"; then
        echo "Union.Contracts/$name is not what contract/ describes: run contract/make.sh and commit the result" >&2
        exit 1
    fi
done
echo "Union.Contracts/flyteidl2.binpb is current"
