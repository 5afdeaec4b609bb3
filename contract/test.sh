#!/bin/sh
# Makes the contract again and compares it with the committed one, then tests the script that merges the additions.
# Needs node, npm and its registry; ends with one line: N passed, N failed (, N skipped).
set -u
cd "$(dirname "$0")" || exit 1

skip() {
  echo "SKIPPED: $1"
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
}

command -v node > /dev/null && command -v npm > /dev/null || skip "node and npm are not installed"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || skip "node 20 or newer is needed, this is $(node -v)"
timeout 300 npm ci --ignore-scripts --no-audit --no-fund --silent || skip "the packages cannot be fetched"

passed=0 failed=0
for check in "sh check.sh" "node --test merge.test.mjs"; do
  if timeout 120 $check; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $check"; fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
