#!/bin/sh
# Drives a running 'union up' with stock clients of the contract over all protocols.
# Needs node and npm; ends with one line: N passed, N failed (, N skipped).
set -u
cd "$(dirname "$0")" || exit 1

skip() {
  echo "SKIPPED: $1"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
}

fail() {
  echo "FAILED: $1"
  echo "0 passed, 1 failed"
  exit 1
}

command -v node > /dev/null && command -v npm > /dev/null || skip "node and npm are not installed"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || skip "node 20 or newer is needed, this is $(node -v)"
union=$(cd ../.. && pwd)/Union.Host/bin/Release/net10.0/union
[ -x "$union" ] || fail "$union is not there: build Union.Host first"
if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  timeout 300 npm ci --no-audit --no-fund --ignore-scripts --loglevel=error || skip "the packages cannot be fetched"
fi

npm run --silent check || fail "the types are wrong"
npm run --silent bundle || fail "the bundle cannot be made"
results=$(mktemp) || exit 1
trap 'rm -f "$results"' EXIT
timeout --kill-after=30 280 node --test-reporter=spec --test-reporter-destination=stdout \
  --test-reporter=tap --test-reporter-destination="$results" out/main.mjs "$union" node_modules/.bin/buf
code=$?
count() { sed -n "s/^# $1 \([0-9]*\)$/\1/p" "$results" | tail -n 1; }
[ -n "$(count pass)" ] || fail "the clients ended with exit code $code and without a summary"
failed=$(($(count fail) + $(count cancelled)))
[ "$code" -ne 0 ] && [ "$failed" -eq 0 ] && failed=1
echo "$(count pass) passed, $failed failed, $(count skipped) skipped"
[ "$failed" -eq 0 ]
