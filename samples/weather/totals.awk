# Joins the monthly tables of the years (each with its header) into one and sums the whole period up.

BEGIN {
  FS = ","
  out = ENVIRON["UNION_OUTPUTS"]
  columns = "month,days,rain_mm,rainy_days,temp_max_mean,temp_min_mean,temp_max,temp_min,wind_max"
  print columns > (out "/table")
}

$0 == "" { next }

$0 == columns { tables++; next }

{
  if (NF != 9) fail("expected 9 columns, found " NF)
  if ($1 in seen) fail("the month " $1 " is there twice")
  seen[$1] = 1
  print > (out "/table")
  months++
  rain += $3
  rainy += $4
  if (months == 1 || $3 + 0 > most + 0) { most = $3; wettest = $1 }
}

END {
  if (!failed && !months) fail("there are no months")
  if (failed) exit 1
  printf "%s\n", wettest > (out "/wettest_month")
  printf "%d\n", rainy > (out "/rainy_days")
  printf "%.1f\n", rain > (out "/total_rain_mm")
  printf "joined %d tables with %d months\n", tables, months
  printf "wettest month: %s with %s mm\n", wettest, most
}

function fail(why) {
  failed = 1
  print "row " NR ": " why | "cat >&2"
  exit 1
}
