#!/bin/sh
# Runs the samples with every awk that is installed, against a stand-in for `union` (test/union), and compares
# what comes out with figures computed from the same data by another program (Python's decimal arithmetic).
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
scratch=${TMPDIR:-/tmp}/weather-test.$$
umask 077
mkdir "$scratch" || exit 1
trap 'rm -rf "$scratch"' EXIT
passed=0
failed=0

# same WHAT EXPECTED ACTUAL
same() {
  if [ "$2" = "$3" ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED %s\n  expected: %s\n  actual:   %s\n' "$1" "$2" "$3"
  fi
}

# holds WHAT FILE TEXT
holds() {
  if grep -qF -e "$3" "$2"; then found=yes; else found=no; fi
  same "$1 holds '$3'" yes "$found"
}

# start NAME FILE ARGUMENTS...: runs a sample in a new place, and sets run, code and $run/log
start() {
  run=$scratch/$1
  mkdir "$run"
  shift
  STANDIN=$run PATH=$tools:$here/test:$PATH union run "$@" > "$run/log" 2>&1
  code=$?
}

output() { cat "$run/$1/out/$2" 2>&1; }

whole_workflow() {
  start "$1-whole" "$here/weather.yaml" --input "data=@$here/data/seattle-weather.csv" --input city=Seattle
  same "$1: exit code" 0 "$code"
  same "$1: actions" "a0 report totals y2012 y2013 y2014 y2015" "$(cd "$run" && echo [a-z]*[0-9st])"
  same "$1: wettest month" 2015-12 "$(output a0 wettest_month)"
  same "$1: rainy days" 623 "$(output a0 rainy_days)"
  same "$1: rain in all" 4426.0 "$(output a0 total_rain_mm)"
  same "$1: rain of the years" "1226.0 828.0 1232.8 1139.2" \
    "$(output y2012 rain_mm) $(output y2013 rain_mm) $(output y2014 rain_mm) $(output y2015 rain_mm)"
  same "$1: rainy days of the years" "177 152 150 144" \
    "$(output y2012 rainy_days) $(output y2013 rainy_days) $(output y2014 rainy_days) $(output y2015 rainy_days)"
  same "$1: January 2012" 2012-01,31,173.3,22,7.05,1.54,12.8,-3.3,8.2 "$(output y2012 table | sed -n 2p)"
  same "$1: July 2014" 2014-07,31,19.6,2,26.90,14.43,34.4,11.7,5.4 "$(output y2014 table | sed -n 8p)"
  same "$1: months in the joined table" 48 "$(output totals table | grep -c '^20')"
  holds "$1: summary" "$run/a0/out/summary" "hottest day: 35.6 C in August 2014"
  holds "$1: summary" "$run/a0/out/summary" "coldest night: -7.1 C in December 2013"
  holds "$1: log" "$run/log" "enqueued y2012 with 366 days"
  holds "$1: log of a year" "$run/y2013/log" "2013: 828.0 mm of rain on 152 days"
}

page_of_the_report() {
  page=$run/report/report.html
  holds "$1: report" "$page" "<h1>Weather in Seattle, 2012–2015</h1>"
  holds "$1: report" "$page" "<title>December 2015: 284.5 mm</title>"
  same "$1: bars" 48 "$(grep -c '<rect class="y[1-4]" x=' "$page")"
  same "$1: dots" 24 "$(grep -c '<circle' "$page")"
  # A report is served in a sandbox: what it cannot do it should not try.
  same "$1: nothing active, nothing loaded" 0 "$(grep -ciE '<script|<link|<img|<iframe|<form|href=|src=|url\(|https?:|@import| on[a-z]+=' "$page")"
  if command -v xmllint > /dev/null; then
    same "$1: well-formed" "" "$(xmllint --noout "$page" 2>&1)"
  fi
  cp "$page" "$scratch/$1.html"
}

part_of_the_data() {
  { sed 1q "$here/data/seattle-weather.csv"; grep '^2014-0[2-4]' "$here/data/seattle-weather.csv"; } > "$scratch/part.csv"
  start "$1-part" "$here/weather.yaml" --input "data=@$scratch/part.csv" --input 'city=<b>R&D "x"</b>'
  same "$1: part: exit code" 0 "$code"
  same "$1: part: rain" 501.3 "$(output a0 total_rain_mm)"
  holds "$1: part: no mean year" "$run/report/report.html" 'in 3 months'
  holds "$1: part: a name is text" "$run/report/report.html" '<h1>Weather in &lt;b&gt;R&amp;D &quot;x&quot;&lt;/b&gt;, 2014</h1>'
  if command -v xmllint > /dev/null; then
    same "$1: part: well-formed" "" "$(xmllint --noout "$run/report/report.html" 2>&1)"
  fi
}

bad_data() {
  sed '800s/^\([^,]*\),[^,]*/\1,wet/' "$here/data/seattle-weather.csv" > "$scratch/bad.csv"
  start "$1-bad" "$here/weather.yaml" --input "data=@$scratch/bad.csv" --input city=Seattle
  same "$1: bad number: exit code" 1 "$code"
  holds "$1: bad number" "$run/log" "y2014 failed"
  holds "$1: bad number" "$run/y2014/log" "row 68 of 2014: column 2 is not a number"

  echo "date,rain" > "$scratch/bad.csv"
  start "$1-columns" "$here/weather.yaml" --input "data=@$scratch/bad.csv" --input city=Seattle
  same "$1: other columns: exit code" 1 "$code"
  holds "$1: other columns" "$run/log" "line 1: expected the columns date,precipitation"
}

smallest_task() {
  start "$1-hello" "$here/../hello/hello.yaml" --input name=World
  same "$1: hello" "Hello, World!" "$(output a0 greeting)"
}

for awk in awk mawk gawk busybox original-awk; do
  program=$(command -v "$awk") || continue
  tools=$scratch/tools-$awk
  mkdir "$tools"
  # Called by the name awk, busybox is awk too.
  ln -s "$program" "$tools/awk"
  whole_workflow "$awk"
  page_of_the_report "$awk"
  part_of_the_data "$awk"
  bad_data "$awk"
  smallest_task "$awk"
  first=${first:-$awk}
  same "$awk: the same page as with $first" "$(cksum < "$scratch/$first.html")" "$(cksum < "$scratch/$awk.html")"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
