#!/usr/bin/env bash
# Builds everything once, runs every test, and ends with one line: N passed, N failed (, N skipped).
#   --quick    leave out what starts servers and processes
#   --install  install the Debian packages that tests need and do not find; root does so unasked
#   --format   check the formatting too
#   --steady   run up to three tests that failed once more, alone, and name those that then pass; never the fault test
set -uo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")" || exit 1

quick=no install=no format=no steady=no
[ "$(id -u)" -eq 0 ] && install=yes
for option in "$@"; do
  case $option in
    --quick) quick=yes ;;
    --install) install=yes ;;
    --format) format=yes ;;
    --steady) steady=yes ;;
    *) sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
  esac
done

# No node of MSBuild, no compiler server and no message of the SDK outlives this script.
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false
passed=0 failed=0 skipped=0
output=$(mktemp) && failures=$(mktemp) || exit 1
trap 'rm -f "$output" "$failures"' EXIT

heading() { printf '\n== %s\n' "$*"; }

# add PASSED FAILED SKIPPED
add() { passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)); }

# fail TEXT: a failure that no summary counts.
fail() {
  echo "FAILED $1" | tee -a "$failures"
  add 0 1 0
}

# What failed in $output, with its reason, is said once more at the end, where it is found.
remember_failures() {
  awk -v heading="$1" '
    /\[FAIL\]$/ || /^FAILED/ || /^ *not ok / || /^ *✖ / { if (!said++) print "\n== " heading; lines = 25; print; next }
    /^    [^ ]/ || /^  (Finished|Starting)/ { lines = 0 }
    lines > 0 { lines--; print }' "$output" >> "$failures"
}

# Each as PACKAGE:PROGRAM; what cannot be had is skipped by its tests, which say so.
install_packages() {
  local missing=() pair
  for pair in "$@"; do
    command -v "${pair#*:}" > /dev/null || missing+=("${pair%%:*}")
  done
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$install" = no ] || ! command -v apt-get > /dev/null; then
    echo "not installed: ${missing[*]} (their tests are skipped)"
    return
  fi
  heading "install ${missing[*]}"
  local sudo=
  [ "$(id -u)" -eq 0 ] || sudo=sudo
  { $sudo apt-get update && $sudo env DEBIAN_FRONTEND=noninteractive timeout 300 apt-get install -y --no-install-recommends "${missing[@]}"; } \
    < /dev/null > "$output" 2>&1 || { tail -n 5 "$output"; echo "could not be installed (their tests are skipped)"; }
}

# second_try PROGRAM: true when the tests that just failed pass alone. A machine that stood still must not look like a fault
# of the product; what is rare in the product itself is looked for by the fault test, whose first word stands.
second_try() {
  local methods method options=()
  [ "$steady" = yes ] && [[ $1 != *Faults.Tests* ]] || return 1
  methods=$(sed -n 's/^    \([^ (]*\).*\[FAIL\]$/\1/p' "$output" | sort -u)
  [ -n "$methods" ] && [ "$(wc -l <<< "$methods")" -le 3 ] || return 1
  for method in $methods; do options+=(-method "$method"); done
  heading "second try of" $methods
  timeout --kill-after=10 300 dotnet "$1" -noColor "${options[@]}" < /dev/null 2>&1 | tee "$output"
  grep -q 'Total: [1-9][0-9]*, Errors: 0, Failed: 0, Skipped: 0,' "$output" || return 1
  printf '%s\n' "passed only at the second try:" $methods >> "$failures"
}

# run_project FOLDER [OPTION...]: the numbers are those of the runner's own summary.
run_project() {
  local folder=$1 name=${1#tests/} code numbers
  shift
  heading "$name $*"
  timeout --kill-after=10 900 dotnet "$folder/bin/Release/net10.0/$name.dll" -noColor "$@" < /dev/null 2>&1 | tee "$output"
  code=$?
  remember_failures "$name $*"
  numbers=$(sed -n 's/.*Total: \([0-9]*\), Errors: \([0-9]*\), Failed: \([0-9]*\), Skipped: \([0-9]*\), Not Run: \([0-9]*\).*/\1 \2 \3 \4 \5/p' "$output" | tail -n 1)
  if [ -n "$numbers" ]; then
    # shellcheck disable=SC2086
    set -- $numbers
    if [ "$2" -eq 0 ] && [ "$3" -gt 0 ] && second_try "$folder/bin/Release/net10.0/$name.dll"; then
      add $(($1 - $4 - $5)) 0 "$4"
      return
    fi
    add $(($1 - $3 - $4 - $5)) $(($2 + $3)) "$4"
    [ "$code" -ne 0 ] && [ $(($2 + $3)) -eq 0 ] && fail "$name: exit code $code"
  elif [ "$code" -ne 0 ] || ! grep -q 'No tests found\|Total: 0' "$output"; then
    fail "$name: it ended with exit code $code and without a summary"
  fi
}

# run_script FILE: a shell test that ends with "N passed, N failed", or "N passed, N failed, N skipped".
run_script() {
  local numbers
  heading "$1"
  timeout --kill-after=10 300 sh "$1" < /dev/null 2>&1 | tee "$output"
  remember_failures "$1"
  numbers=$(sed -n -e 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2 0/p' \
    -e 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$output" | tail -n 1)
  if [ -n "$numbers" ]; then
    # shellcheck disable=SC2086
    add $numbers
  else
    fail "$1: it ended without a summary"
  fi
}

if [ "$quick" = yes ]; then
  export UNION_TESTS_QUICK=1
else
  install_packages bubblewrap:bwrap strace:strace sslscan:sslscan radosgw:radosgw ceph-mon:ceph-mon ceph-osd:ceph-osd ceph-mgr:ceph-mgr ceph-common:ceph \
    postgresql:pg_ctlcluster
  # The vendors' own signers and Azure's emulator, as the lock file names them.
  if [ "$install" = yes ] && command -v npm > /dev/null && [ ! -d tests/node/node_modules ]; then
    heading "install tests/node"
    timeout 300 npm ci --prefix tests/node --ignore-scripts --no-audit --no-fund < /dev/null > "$output" 2>&1 \
      || { tail -n 5 "$output"; rm -rf tests/node/node_modules; echo "could not be installed (their tests are skipped)"; }
  fi
fi

heading build
if ! dotnet build -c Release -nodeReuse:false -verbosity:quiet Union.sln < /dev/null; then
  echo "the build failed"
  echo "0 passed, 1 failed"
  exit 1
fi

if [ "$format" = yes ]; then
  heading format
  if dotnet format Union.sln --no-restore --verify-no-changes < /dev/null; then add 1 0 0; else fail "the formatting"; fi
fi

for project in tests/*.Tests tests/*.ArchTests; do
  case $project in
    tests/Union.Integration.Tests | tests/Union.Faults.Tests) [ "$quick" = yes ] && continue ;;
  esac
  [ -f "$project/${project#tests/}.csproj" ] && run_project "$project"
done
# The same tests of the control plane, with its metadata in PostgreSQL.
if [ "$quick" = no ]; then
  export UNION_TESTS_DATABASE=postgres
  run_project tests/Union.Core.Tests -namespace 'Union.Core.Tests.ControlPlane*'
  unset UNION_TESTS_DATABASE
fi
run_script samples/weather/test.sh
if [ "$quick" = no ]; then
  run_script contract/test.sh
  run_script tests/clients/test.sh
fi

if [ -s "$failures" ]; then
  heading "what failed"
  cat "$failures"
fi
echo
if [ "$skipped" -gt 0 ]; then
  echo "$passed passed, $failed failed, $skipped skipped"
else
  echo "$passed passed, $failed failed"
fi
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
