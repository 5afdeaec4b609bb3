#!/bin/sh
# Root of the weather workflow: fans out one child per year, joins the results.
set -eu

# The bundle may be mounted read-only, so the parts are written elsewhere.
work=${TMPDIR:-/tmp}/weather.$$
umask 077
mkdir "$work"
trap 'rm -rf "$work"' EXIT

die() {
  echo "weather: $1" >&2
  exit 1
}

# 1. One file per year; the list of years comes from the data.
LC_ALL=C awk -v dir="$work" -f split.awk "$UNION_INPUTS/data" > "$work/years" || die "the data could not be split"
echo "split the observations of $(cat "$UNION_INPUTS/city") into $(($(wc -l < "$work/years"))) years"

# 2. Fan out. The group keeps the years together where the run is shown.
names=
while read -r year days; do
  name=$(union action enqueue year.yaml --name "y$year" --group years \
    --input "year=$year" --input "rows=@$work/$year.csv")
  echo "enqueued $name with $days days"
  names="$names $name"
done < "$work/years"

# shellcheck disable=SC2086 # the names hold no blanks, each is one argument
union action wait $names || die "a year failed, so there is nothing to join"

# 3. Join. How many years there are is known only now, so the tables travel as one input.
for name in $names; do
  union action output "$name" table
  echo
done > "$work/tables.csv"
totals=$(union action enqueue totals.yaml --name totals --input "tables=@$work/tables.csv")
echo "enqueued $totals"
union action wait "$totals" || die "the totals failed"

# 4. The joined table goes on by reference: its content does not pass through here.
report=$(union action enqueue report.yaml --name report \
  --input "city=$(cat "$UNION_INPUTS/city")" --input "table=@$totals.table")
echo "enqueued $report"
union action wait "$report" || die "the report failed"

# 5. What the children found is what the run returns.
for output in wettest_month rainy_days total_rain_mm; do
  union action output "$totals" "$output" > "$UNION_OUTPUTS/$output"
done
union action output "$report" summary > "$UNION_OUTPUTS/summary"
echo "wettest month $(cat "$UNION_OUTPUTS/wettest_month"), $(cat "$UNION_OUTPUTS/total_rain_mm") mm of rain in all"
