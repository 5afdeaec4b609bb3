# Draws the joined monthly table as one HTML page: key figures, two SVG charts and two tables.
# The page runs no script and loads nothing, because a report is served in a sandbox.
# It is written as well-formed XML, so that any XML parser can check it.

BEGIN {
  FS = ","
  (getline city < (ENVIRON["UNION_INPUTS"] "/city"))
  page = ENVIRON["UNION_REPORT"]
  split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", short, " ")
  split("January February March April May June July August September October November December", long, " ")
}

NR == 1 || $0 == "" { next }

{
  year = substr($1, 1, 4)
  m = substr($1, 6, 2) + 0
  if (!(year in year_index)) { year_index[year] = ++years; year_name[years] = year }
  y = year_index[year]

  if (!last_month) first_month = $1
  last_month = $1

  has[y, m] = 1
  rain[y, m] = $3 + 0
  year_days[y] += $2;  month_days[m] += $2;  all_days += $2
  year_rain[y] += $3;  month_rain[m] += $3;  all_rain += $3
  year_rainy[y] += $4; month_rainy[m] += $4; all_rainy += $4
  year_high[y] += $2 * $5; month_high[m] += $2 * $5
  year_low[y] += $2 * $6;  month_low[m] += $2 * $6
  month_years[m]++
  months++

  if ($3 + 0 > most_rain || last_month == first_month) { most_rain = $3 + 0; wettest = $1 }
  if (!(y in year_most) || $3 + 0 > year_most[y]) { year_most[y] = $3 + 0; year_wettest[y] = m }
  if (last_month == first_month || $7 + 0 > hottest) { hottest = $7 + 0; hottest_month = $1 }
  if (last_month == first_month || $8 + 0 < coldest) { coldest = $8 + 0; coldest_month = $1 }
}

END {
  if (!years) {
    print "the table has no months" | "cat >&2"
    exit 1
  }
  for (m = 1; m <= 12; m++) {
    if (!month_days[m]) continue
    month_high[m] /= month_days[m]
    month_low[m] /= month_days[m]
    month_rain[m] /= month_years[m]
    month_rainy[m] /= month_years[m]
  }
  span = years == 1 ? year_name[1] : year_name[1] "–" year_name[years]

  write_summary(ENVIRON["UNION_OUTPUTS"] "/summary")
  write_head()
  write_figures()
  write_rain_chart()
  write_temperature_chart()
  write_year_table()
  write_month_table()
  put("<footer>A rainy day is one with any measured precipitation, snow included. Highs and lows are means of the daily")
  put("extremes.</footer>")
  put("</main></body></html>")
  printf "drew %d months of %d years in 2 charts and 2 tables\n", months, years
}

# ---- words and numbers

function put(line) { print line > page }

function escape(text) {
  gsub(/&/, "\\&amp;", text)
  gsub(/</, "\\&lt;", text)
  gsub(/>/, "\\&gt;", text)
  gsub(/"/, "\\&quot;", text)
  return text
}

function named(month) { return long[substr(month, 6, 2) + 0] " " substr(month, 1, 4) }

function grouped(n,    digits) {
  digits = sprintf("%d", n)
  return length(digits) > 3 ? substr(digits, 1, length(digits) - 3) "," substr(digits, length(digits) - 2) : digits
}

function degrees(t,    text) {
  text = sprintf("%.1f", t)
  if (text == "-0.0") text = "0.0"
  sub(/^-/, "−", text)
  return text
}

function floor(n,    whole) {
  whole = int(n)
  return whole > n ? whole - 1 : whole
}

function tick_step(range,    step) {
  step = 1
  while (range / step > 6) step *= step ~ /^2/ ? 2.5 : 2
  return step
}

# ---- the plain text

function write_summary(file) {
  printf "%s, %s to %s\n", city, named(first_month), named(last_month) > file
  printf "rain: %.1f mm on %d of %d days\n", all_rain, all_rainy, all_days > file
  printf "wettest month: %s with %.1f mm\n", named(wettest), most_rain > file
  printf "hottest day: %.1f C in %s\n", hottest, named(hottest_month) > file
  printf "coldest night: %.1f C in %s\n", coldest, named(coldest_month) > file
  for (y = 1; y <= years; y++)
    printf "%s: %.1f mm on %d days\n", year_name[y], year_rain[y], year_rainy[y] > file
}

# ---- the page

# The years are steps of one hue, the newest with the most contrast to the background in either theme.
function write_head(    name) {
  name = escape(city)
  put("<!DOCTYPE html>")
  put("<html lang=\"en\"><head><meta charset=\"utf-8\"/>")
  put("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>")
  put("<title>Weather in " name ", " span "</title>")
  put("<style>")
  put(":root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --ink: #17202b; --soft: #5a6675; --rule: #dfe4ea;")
  put("  --high: #c2410c; --low: #2563a8; --band: #c2410c14; }")
  year_colours(76, 30)
  put("@media (prefers-color-scheme: dark) {")
  put("  :root { --page: #11161d; --card: #1a212b; --ink: #e8edf3; --soft: #9aa7b6; --rule: #303a47;")
  put("    --high: #fb923c; --low: #74b3f2; --band: #fb923c1c; }")
  year_colours(36, 82)
  put("}")
  put("* { box-sizing: border-box; }")
  put("body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto,")
  put("  'Helvetica Neue', 'DejaVu Sans', sans-serif; font-variant-numeric: tabular-nums; }")
  put("main { max-width: 960px; margin: 0 auto; padding: 32px 20px 40px; }")
  put("h1 { margin: 0; font-size: 28px; line-height: 1.2; letter-spacing: -0.01em; overflow-wrap: anywhere; }")
  put("h2 { margin: 0; font-size: 17px; }")
  put(".lead { margin: 6px 0 24px; color: var(--soft); }")
  put(".figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 12px; margin: 0 0 16px; }")
  put(".figures div, section { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }")
  put(".figures div { padding: 14px 16px; }")
  put(".figures dt { color: var(--soft); font-size: 13px; }")
  put(".figures dd { margin: 0; }")
  put(".figures .value { font-size: 25px; line-height: 1.3; font-weight: 600; letter-spacing: -0.01em; white-space: nowrap; }")
  put(".figures small { font-size: 14px; font-weight: 400; color: var(--soft); letter-spacing: 0; }")
  put(".figures .note { color: var(--soft); font-size: 13px; }")
  put("section { margin: 16px 0 0; padding: 18px 20px; }")
  put(".note { margin: 2px 0 0; color: var(--soft); font-size: 13px; }")
  put(".key { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 8px 0 0; padding: 0; list-style: none; font-size: 13px; }")
  put(".key svg { width: 11px; height: 11px; margin-right: 6px; }")
  put(".wide { overflow-x: auto; margin-top: 10px; }")
  put(".wide svg { display: block; width: 100%; min-width: 640px; height: auto; }")
  put("svg text { fill: var(--soft); font-size: 12px; }")
  put("svg .grid { stroke: var(--rule); stroke-width: 1; }")
  put("svg .base { stroke: var(--soft); stroke-width: 1; }")
  put("svg .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; stroke-linecap: round; }")
  put("svg .high { stroke: var(--high); } svg .low { stroke: var(--low); } svg .band { fill: var(--band); }")
  put("svg circle.high { fill: var(--high); stroke: var(--card); stroke-width: 1.5; }")
  put("svg circle.low { fill: var(--low); stroke: var(--card); stroke-width: 1.5; }")
  put("svg text.high { fill: var(--high); stroke: none; } svg text.low { fill: var(--low); stroke: none; }")
  put("table { width: 100%; min-width: 560px; border-collapse: collapse; font-size: 14px; }")
  put("th, td { padding: 6px 10px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); }")
  put("th:first-child { text-align: left; padding-left: 0; } td:last-child, th:last-child { padding-right: 0; }")
  put("thead th { color: var(--soft); font-weight: 500; font-size: 13px; }")
  put("tbody th { font-weight: 500; } tbody tr:last-child th, tbody tr:last-child td { border-bottom: 0; }")
  put("tfoot th, tfoot td { border-top: 1px solid var(--soft); border-bottom: 0; font-weight: 600; }")
  put("td.most { font-weight: 700; }")
  put("footer { margin-top: 20px; color: var(--soft); font-size: 13px; }")
  put("</style></head><body><main>")
  put("<h1>Weather in " name ", " span "</h1>")
  put("<p class=\"lead\">" grouped(all_days) " days of observations, " named(first_month) " to " named(last_month) "</p>")
}

function year_colours(oldest, newest,    y) {
  for (y = 1; y <= years; y++)
    put(sprintf("  .y%d { fill: hsl(212 62%% %d%%); }", y, \
      years == 1 ? (oldest + newest) / 2 : oldest + (newest - oldest) * (y - 1) / (years - 1)))
}

function write_figures() {
  put("<dl class=\"figures\">")
  # Some months of one year say nothing about a whole one.
  figure("Rain in all", grouped(all_rain + 0.5) " <small>mm</small>", \
    months < 12 ? "in " months " months" : grouped(all_rain / all_days * 365.25 + 0.5) " mm a year")
  figure("Rainy days", all_rainy, sprintf("%.0f %% of all days", 100 * all_rainy / all_days))
  figure("Wettest month", sprintf("%.1f <small>mm</small>", most_rain), named(wettest))
  figure("Hottest day", degrees(hottest) " <small>°C</small>", named(hottest_month))
  figure("Coldest night", degrees(coldest) " <small>°C</small>", named(coldest_month))
  put("</dl>")
}

function figure(label, value, note) {
  put("<div><dt>" label "</dt><dd class=\"value\">" value "</dd><dd class=\"note\">" note "</dd></div>")
}

# Both charts share the left edge and the month width, so a month is at the same place in each.
function centre(m) { return 44 + (m - 0.5) * 70 }

function month_labels(at,    m) {
  for (m = 1; m <= 12; m++)
    put(sprintf("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>", centre(m), at, short[m]))
}

function grid_line(at, label, class) {
  put(sprintf("<line class=\"%s\" x1=\"44\" x2=\"884\" y1=\"%.1f\" y2=\"%.1f\"/>", class, at, at))
  put(sprintf("<text x=\"36\" y=\"%.1f\" text-anchor=\"end\">%s</text>", at + 4, label))
}

function write_rain_chart(    step, top, scale, m, y, width, left, height, value) {
  put("<section><h2>Rain by month</h2><p class=\"note\">Millimetres in each month, one bar a year</p>")
  put("<ul class=\"key\">")
  for (y = 1; y <= years; y++)
    put("<li><svg viewBox=\"0 0 11 11\" aria-hidden=\"true\"><rect class=\"y" y "\" width=\"11\" height=\"11\" rx=\"2\"/></svg>" year_name[y] "</li>")
  put("</ul><div class=\"wide\">")
  put("<svg viewBox=\"0 0 890 300\" role=\"img\" aria-label=\"Bars of the rain in each month of each year\">")
  step = tick_step(most_rain > 6 ? most_rain : 6)
  top = step * (floor(most_rain / step) + (most_rain > step * floor(most_rain / step) ? 1 : 0))
  if (top <= 0) top = step
  scale = 252 / top
  for (value = step; value <= top; value += step) grid_line(268 - value * scale, value, "grid")
  width = 54 / years
  for (m = 1; m <= 12; m++)
    for (y = 1; y <= years; y++) {
      if (!((y, m) in has)) continue
      left = centre(m) - 27 + (y - 1) * width
      height = rain[y, m] * scale
      put(sprintf("<rect class=\"y%d\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" rx=\"%s\"><title>%s %s: %.1f mm</title></rect>", \
        y, left + 0.5, 268 - height, width - 1, height, height > 4 && width > 6 ? "1.5" : "0", long[m], year_name[y], rain[y, m]))
    }
  grid_line(268, "0", "base")
  month_labels(290)
  put("</svg></div></section>")
}

function write_temperature_chart(    m, lowest, highest, step, bottom, top, scale, value, above, below, upper, lower) {
  for (m = 1; m <= 12; m++) {
    if (!month_days[m]) continue
    if (highest == "" || month_high[m] > highest) highest = month_high[m]
    if (lowest == "" || month_low[m] < lowest) lowest = month_low[m]
  }
  step = 5
  bottom = step * floor(lowest / step)
  top = step * (floor(highest / step) + 1)
  scale = 216 / (top - bottom)

  put("<section><h2>Temperature over the year</h2>")
  put("<p class=\"note\">°C in each month, all years together</p><ul class=\"key\">")
  put("<li><svg viewBox=\"0 0 11 11\" aria-hidden=\"true\"><path class=\"line high\" d=\"M1 5.5H10\"/></svg>mean daily high</li>")
  put("<li><svg viewBox=\"0 0 11 11\" aria-hidden=\"true\"><path class=\"line low\" d=\"M1 5.5H10\"/></svg>mean daily low</li>")
  put("</ul><div class=\"wide\">")
  put("<svg viewBox=\"0 0 890 276\" role=\"img\" aria-label=\"Lines of the mean daily high and low in each month\">")
  for (value = bottom; value <= top; value += step)
    grid_line(244 - (value - bottom) * scale, value < 0 ? "−" (-value) : value, value == bottom ? "base" : "grid")
  for (m = 1; m <= 12; m++) {
    if (!month_days[m]) continue
    above = sprintf("%.1f,%.1f", centre(m), 244 - (month_high[m] - bottom) * scale)
    below = sprintf("%.1f,%.1f", centre(m), 244 - (month_low[m] - bottom) * scale)
    upper = upper " " above
    lower = below " " lower
  }
  put("<polygon class=\"band\" points=\"" substr(upper, 2) " " lower "\"/>")
  put("<polyline class=\"line high\" points=\"" substr(upper, 2) "\"/>")
  put("<polyline class=\"line low\" points=\"" lower "\"/>")
  for (m = 1; m <= 12; m++) {
    if (!month_days[m]) continue
    dot("high", m, month_high[m], 244 - (month_high[m] - bottom) * scale)
    dot("low", m, month_low[m], 244 - (month_low[m] - bottom) * scale)
  }
  month_labels(266)
  put("</svg></div></section>")
}

function dot(class, m, value, at) {
  put(sprintf("<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/>", class, centre(m), at))
  put(sprintf("<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>", class, centre(m), at - 9, degrees(value)))
}

function write_year_table(    y) {
  put("<section><h2>Years</h2><div class=\"wide\"><table><thead><tr><th>Year</th><th>Rain, mm</th><th>Rainy days</th>")
  put("<th>Wettest month</th><th>Mean high, °C</th><th>Mean low, °C</th></tr></thead><tbody>")
  for (y = 1; y <= years; y++)
    put(sprintf("<tr><th>%s</th><td>%.1f</td><td>%d</td><td>%s, %.1f mm</td><td>%s</td><td>%s</td></tr>", year_name[y], year_rain[y], \
      year_rainy[y], long[year_wettest[y]], year_most[y], degrees(year_high[y] / year_days[y]), degrees(year_low[y] / year_days[y])))
  put("</tbody></table></div></section>")
}

function write_month_table(    m, y, row) {
  put("<section><h2>Months</h2><p class=\"note\">Rain in millimetres; the wettest of each year in bold</p>")
  row = "<div class=\"wide\"><table><thead><tr><th>Month</th>"
  for (y = 1; y <= years; y++) row = row "<th>" year_name[y] "</th>"
  put(row "<th>Mean</th><th>Rainy days</th><th>High, °C</th><th>Low, °C</th></tr></thead><tbody>")
  for (m = 1; m <= 12; m++) {
    if (!month_days[m]) continue
    row = "<tr><th>" long[m] "</th>"
    for (y = 1; y <= years; y++)
      row = row (m == year_wettest[y] ? "<td class=\"most\">" : "<td>") ((y, m) in has ? sprintf("%.1f", rain[y, m]) : "–") "</td>"
    put(row sprintf("<td>%.1f</td><td>%.0f</td><td>%s</td><td>%s</td></tr>", \
      month_rain[m], month_rainy[m], degrees(month_high[m]), degrees(month_low[m])))
  }
  row = "</tbody><tfoot><tr><th>Sum</th>"
  for (y = 1; y <= years; y++) row = row sprintf("<td>%.1f</td>", year_rain[y])
  put(row sprintf("<td>%.1f</td><td>%.0f</td><td></td><td></td></tr></tfoot></table></div></section>", all_rain / years, all_rainy / years))
}
