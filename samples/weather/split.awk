# Writes the rows of each year to <dir>/<year>.csv and prints "<year> <days>" for each, in the order of the data.

BEGIN { FS = ","; columns = "date,precipitation,temp_max,temp_min,wind,weather" }

{ sub(/\r$/, "") }

NR == 1 {
  if ($0 != columns) fail("expected the columns " columns)
  next
}

$0 == "" { next }

$1 !~ /^[0-9][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]$/ { fail("the date is not of the form 2012-01-31") }

{
  year = substr($1, 1, 4)
  if (!(year in days)) years[++count] = year
  days[year]++
  print > (dir "/" year ".csv")
}

END {
  if (failed) exit 1
  if (!count) fail("there are no observations")
  for (i = 1; i <= count; i++) print years[i], days[years[i]]
}

function fail(why) {
  failed = 1
  print "line " NR ": " why | "cat >&2"
  exit 1
}
