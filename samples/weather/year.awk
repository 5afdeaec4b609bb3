# Sums up one year of daily observations (date,precipitation,temp_max,temp_min,wind,weather) by month.
# A rainy day is one with any measured precipitation, snow included.

BEGIN {
  FS = ","
  (getline year < (ENVIRON["UNION_INPUTS"] "/year"))
  out = ENVIRON["UNION_OUTPUTS"]
}

$0 == "" { next }

{
  if (NF != 6) fail("expected 6 columns, found " NF)
  if (substr($1, 1, 4) != year) fail("the date is not in " year)
  if ($1 in seen) fail("the day " $1 " is there twice")
  for (i = 2; i <= 5; i++) if ($i !~ /^-?[0-9]+(\.[0-9]+)?$/) fail("column " i " is not a number")
  seen[$1] = 1

  m = substr($1, 6, 2) + 0
  if (!days[m]) { hottest[m] = $3; coldest[m] = $4; windiest[m] = $5 }
  days[m]++
  rain[m] += $2
  if ($2 > 0) rainy[m]++
  high[m] += $3
  low[m] += $4
  if ($3 + 0 > hottest[m] + 0) hottest[m] = $3
  if ($4 + 0 < coldest[m] + 0) coldest[m] = $4
  if ($5 + 0 > windiest[m] + 0) windiest[m] = $5
}

END {
  if (failed) exit 1
  print "month,days,rain_mm,rainy_days,temp_max_mean,temp_min_mean,temp_max,temp_min,wind_max" > (out "/table")
  for (m = 1; m <= 12; m++) {
    if (!days[m]) continue
    printf "%s-%02d,%d,%.1f,%d,%.2f,%.2f,%.1f,%.1f,%.1f\n", year, m, days[m], rain[m], rainy[m], \
      high[m] / days[m], low[m] / days[m], hottest[m], coldest[m], windiest[m] > (out "/table")
    months++
    all_days += days[m]
    all_rain += rain[m]
    all_rainy += rainy[m]
  }
  printf "%.1f\n", all_rain > (out "/rain_mm")
  printf "%d\n", all_rainy > (out "/rainy_days")
  printf "%d: read %d days in %d months\n", year, all_days, months
  printf "%d: %.1f mm of rain on %d days\n", year, all_rain, all_rainy
}

function fail(why) {
  failed = 1
  print "row " NR " of " year ": " why | "cat >&2"
  exit 1
}
