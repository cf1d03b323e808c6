// Draws a Grafana dashboard with what its sources answer, as one SVG, without Grafana:
//   node render.js DASHBOARD.json OUT.svg --prometheus URL | --postgres URL [--last 30m]
// The panels stand where the dashboard has them. The period ends now; without --last it is the dashboard's. Times are UTC.
'use strict'

const { execFileSync } = require('child_process')
const { readFileSync, writeFileSync } = require('fs')
const { parseArgs } = require('util')

const COLUMN = 58 // Grafana has 24 of them
const LINE = 30 // what a height of 1 is
const HEAD = 64
const GAP = 8
const COLORS = ['#1f60c4', '#e0752d', '#37872d', '#8f3bb8', '#c4162a', '#00838f', '#b08800', '#6d4c41']
const GREY = '#5f6670'
const INK = '#24292e'
const SECONDS = { s: 1, m: 60, h: 3600, d: 86400 }
const INTERVALS = [15, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 432000, 864000]
const SCALES = { // of a dashboard's units, the largest first
  ms: [[86400e3, ' d'], [3600e3, ' h'], [60e3, ' min'], [1e3, ' s'], [1, ' ms']],
  s: [[86400, ' d'], [3600, ' h'], [60, ' min'], [1, ' s'], [1e-3, ' ms']],
  bytes: [[2 ** 30, ' GiB'], [2 ** 20, ' MiB'], [2 ** 10, ' KiB'], [1, ' B']],
  percentunit: [[0.01, ' %']],
  short: [[1e6, ' M'], [1e3, ' K'], [1, '']],
  cps: [[1e3, ' K/s'], [1, '/s']],
  reqps: [[1e3, ' K req/s'], [1, ' req/s']],
  none: [[1, '']]
}

function period (dashboard, last) {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(last ?? dashboard.time.from.replace('now-', '')) ?? []
  if (!count) throw new Error('--last is a number and s, m, h or d, for example 30m.')
  const span = count * SECONDS[unit]
  const to = Math.floor(Date.now() / 1000)
  return { from: to - span, to, step: roundUp(span / 150) }
}

function roundUp (seconds) {
  return INTERVALS.find(interval => interval >= seconds) ?? INTERVALS.at(-1)
}

// ---- What the sources answer: { series: [{ name, points: [[second, number]] }] } or { columns, rows }

async function fromPrometheus (url, panel, { from, to, step }) {
  const series = []
  for (const { expr, legendFormat } of panel.targets) {
    // As Grafana has it for a scrape interval of 15 s.
    const query = expr.replaceAll('$__rate_interval', Math.max(step + 15, 60) + 's')
    const asked = new URLSearchParams({ query, start: from, end: to, step })
    const answer = await fetch(url + '/api/v1/query_range?' + asked).then(response => response.json()).catch(error => {
      throw new Error(`Prometheus at ${url} does not answer: ${error.cause?.message ?? error.message}. Is it up?`)
    })
    if (answer.status !== 'success') throw new Error(`Prometheus refuses "${panel.title}": ${answer.error}`)
    for (const { metric, values } of answer.data.result) {
      const name = legendFormat?.replace(/\{\{(\w+)}}/g, (_, label) => metric[label] ?? '') || JSON.stringify(metric)
      const points = values.map(([time, value]) => [time, Number(value)]).filter(([, value]) => Number.isFinite(value))
      if (points.length) series.push({ name, points })
    }
  }
  return { series, gap: 1.5 * step }
}

function fromPostgres (url, panel, { from, to, step }) {
  const [target] = panel.targets
  const [begin, end] = [from, to].map(second => `'${new Date(second * 1000).toISOString()}'`)
  // As Grafana's PostgreSQL source does it.
  const sql = target.rawSql
    .replace(/\$__timeFilter\((\w+)\)/g, `$1 BETWEEN ${begin} AND ${end}`)
    .replace(/\$__timeGroup\((\w+), \$__interval\)/g, `floor(extract(epoch from $1)/${step})*${step}`)
  const [columns, ...rows] = csv(psql(url, sql))
  if (target.format !== 'time_series') return { columns, rows }
  // A column "metric" names the series, else the columns do.
  const [time, metric] = ['time', 'metric'].map(name => columns.indexOf(name))
  const named = new Map()
  for (const row of rows) {
    columns.forEach((column, i) => {
      if (i === time || i === metric || row[i] === '') return
      const name = metric < 0 ? column : row[metric]
      if (!named.has(name)) named.set(name, { name, points: [] })
      const second = Number(row[time])
      named.get(name).points.push([second || Date.parse(row[time].replace(' ', 'T') + 'Z') / 1000, Number(row[i])])
    })
  }
  return { series: [...named.values()], gap: Infinity }
}

function psql (url, sql) {
  try {
    const environment = { ...process.env, PGTZ: 'UTC' }
    return execFileSync('psql', ['-X', '--csv', '-c', sql, url], { encoding: 'utf8', stdio: 'pipe', env: environment })
  } catch (error) {
    throw new Error(error.code === 'ENOENT' ? 'There is no psql. Install the client of PostgreSQL.' : error.stderr.trim())
  }
}

/** No text of the dashboards has a line break in it. */
function csv (text) {
  return text.trimEnd().split('\n').map(line => [...line.matchAll(/(?<=^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)]
    .map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain))
}

// ---- Numbers and texts

function scale (unit, greatest) {
  const scales = SCALES[unit] ?? SCALES.short
  return scales.find(([least]) => least <= greatest) ?? scales.at(-1)
}

function show (unit, value, [divisor, suffix] = scale(unit, Math.abs(value))) {
  const scaled = value / divisor
  return (Math.abs(scaled) >= 100 ? Math.round(scaled) : Number(scaled.toPrecision(3))) + suffix
}

function isNumber (text) {
  return text !== '' && Number.isFinite(Number(text))
}

function unit (panel, column) {
  const { defaults, overrides } = panel.fieldConfig
  const own = overrides.find(({ matcher: { id, options } }) =>
    id === 'byName' ? options === column : new RegExp(options).test(column))
  return own?.properties.find(({ id }) => id === 'unit')?.value ?? defaults.unit
}

function time (second, pattern) {
  const [date, clock] = new Date(second * 1000).toISOString().split(/[T.]/)
  return pattern === 'day' ? date.slice(5) : pattern === 'minute' ? clock.slice(0, 5) : `${date} ${clock.slice(0, 5)}`
}

/** About how wide it will be in a wide font: it cannot be measured before it is shown. */
function widthOf (text, size) {
  return size * (0.56 * text.length + 0.14 * text.replace(/[^A-Z]/g, '').length)
}

function cut (text, width, size) {
  if (widthOf(text, size) <= width) return text
  let most = text.length - 1
  while (most > 0 && widthOf(text.slice(0, most) + '…', size) > width) most--
  return text.slice(0, most).trimEnd() + '…'
}

function escaped (text) {
  return text.replace(/[&<>"]/g, sign => `&#${sign.charCodeAt(0)};`)
}

// ---- Drawing; a box is the place { x, y, w, h } that a drawing has for itself

function label (x, y, width, text, { size = 11, anchor = 'start', color = GREY, extra = '' } = {}) {
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" text-anchor="${anchor}" fill="${color}"${extra}>` +
    `${escaped(cut(text, width, size))}</text>`
}

function round (value) {
  return Math.round(value * 10) / 10
}

/** Axis from 0, or from below it, to above the greatest value: lines, numbers, and where a value lies. */
function axis (box, unitName, values) {
  const most = Math.max(...values, 0) || 1
  const least = Math.min(...values, 0)
  const shownIn = scale(unitName, Math.max(most, -least))
  // Steps are round in the unit that is shown.
  const raw = (most - least) / 4 / shownIn[0]
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].find(factor => factor * power >= raw) * power * shownIn[0]
  const [bottom, top] = [Math.floor(least / step) * step, Math.ceil(most / step - 1e-9) * step]
  const y = value => box.y + box.h - (value - bottom) / (top - bottom) * box.h
  let drawn = ''
  for (let i = 0; i <= Math.round((top - bottom) / step); i++) {
    const value = bottom + i * step
    drawn += `<path d="M${box.x},${round(y(value))}h${round(box.w)}" stroke="#e4e7eb"/>` +
      label(box.x - 6, y(value) + 4, 64, show(unitName, value, shownIn), { anchor: 'end' })
  }
  return { y, drawn }
}

function legend (box, names) {
  let [x, line, drawn] = [box.x, 0, '']
  for (const [i, name] of names.entries()) {
    const text = cut(name, box.w / 2 - 12, 11)
    const width = widthOf(text, 11) + 24
    if (x + width > box.x + box.w) [x, line] = [box.x, line + 1]
    // The second line keeps room for what does not fit.
    if (line > 1 || (line === 1 && i < names.length - 1 && x + width > box.x + box.w - 60)) {
      return drawn + label(box.x + box.w, box.y + 26, 60, `+ ${names.length - i} more`, { anchor: 'end' })
    }
    drawn += `<path d="M${round(x)},${box.y + line * 16 + 4}h10" stroke="${COLORS[i % COLORS.length]}" stroke-width="4"/>` +
      label(x + 15, box.y + line * 16 + 8, box.w, text, { color: INK })
    x += width
  }
  return drawn
}

function timeSeries (box, panel, { series, gap }, { from, to, step }) {
  const plot = { x: box.x + 64, y: box.y + 6, w: box.w - 88, h: box.h - 62 }
  const { y, drawn } = axis(plot, unit(panel), series.flatMap(({ points }) => points.map(([, value]) => value)))
  const distances = series.flatMap(({ points }) => points.slice(1).map(([second], n) => second - points[n][0]))
  const width = distances.length ? Math.min(...distances) : step // of a bar
  // An interval of SQL may begin before the period.
  const x = second => plot.x + Math.min(Math.max((second - from) / (to - from), 0), 1) * plot.w
  const parts = [drawn]
  const tick = roundUp((to - from) / Math.floor(plot.w / 60))
  for (let second = Math.ceil(from / tick) * tick; second <= to; second += tick) {
    const text = time(second, tick < SECONDS.d ? 'minute' : 'day')
    parts.push(label(x(second), plot.y + plot.h + 16, 50, text, { anchor: 'middle' }))
  }
  series.forEach(({ points }, i) => {
    const color = COLORS[i % COLORS.length]
    if (panel.fieldConfig.defaults.custom?.drawStyle === 'bars') {
      const bars = points.map(([second, value]) => {
        const [left, right] = [x(second), x(second + width)]
        return `M${round(left)},${round(y(0))}V${round(y(value))}H${round(Math.max(right - 1, left + 0.5))}V${round(y(0))}z`
      })
      parts.push(`<path d="${bars.join('')}" fill="${color}" fill-opacity="0.6"/>`)
    } else {
      // A point by itself is a line of no length, which round ends make a dot.
      const line = points.map(([second, value], n) => {
        const starts = n === 0 || second - points[n - 1][0] > gap
        return `${starts ? 'M' : 'L'}${round(x(second))},${round(y(value))}${starts ? 'h0' : ''}`
      })
      parts.push(`<path d="${line.join('')}" fill="none" stroke="${color}" stroke-width="1.6" stroke-linecap="round"/>`)
    }
  })
  return parts.join('') + legend({ x: box.x + 12, y: box.y + box.h - 32, w: box.w - 24 }, series.map(({ name }) => name))
}

function stat (box, panel, { columns, rows }) {
  return label(box.x + box.w / 2, box.y + box.h / 2 + 8, box.w, show(unit(panel, columns[0]), Number(rows[0][0])),
    { size: 34, anchor: 'middle', color: COLORS[0] })
}

function barChart (box, panel, { columns, rows }) {
  const [names, numbers] = panel.options.xField === columns[0] ? [0, 1] : [1, 0]
  const plot = { x: box.x + 64, y: box.y + 6, w: box.w - 88, h: box.h - 36 }
  const { y, drawn } = axis(plot, unit(panel, columns[numbers]), rows.map(row => Number(row[numbers])))
  const slot = plot.w / rows.length
  return drawn + rows.map((row, i) => {
    const [middle, top] = [plot.x + slot * (i + 0.5), round(y(Number(row[numbers])))]
    const bar = `M${round(middle)},${round(y(0))}V${top}`
    return `<path d="${bar}" stroke="${COLORS[0]}" stroke-width="${round(slot * 0.7)}"/>` +
      label(middle, plot.y + plot.h + 16, slot - 4, row[names], { anchor: 'middle' })
  }).join('')
}

function table (box, panel, { columns, rows }) {
  const shown = rows.slice(0, Math.floor((box.h - 42) / 21))
  const format = (cell, i) => isNumber(cell) ? show(unit(panel, columns[i]), Number(cell)) : cell
  const cells = [columns, ...shown.map(row => row.map(format))]
  // Columns share the width by their longest text.
  const lengths = columns.map((_, i) => Math.max(...cells.map(row => row[i].length)) + 3)
  const sum = lengths.reduce((one, other) => one + other)
  let [left, drawn] = [box.x + 12, '']
  columns.forEach((_, i) => {
    const width = lengths[i] / sum * (box.w - 24)
    const right = shown.every(row => row[i] === '' || isNumber(row[i]))
    cells.forEach((row, n) => {
      drawn += label(right ? left + width - 20 : left, box.y + 16 + n * 21, width - 20, row[i],
        { size: 12, anchor: right ? 'end' : 'start', color: n ? INK : COLORS[0] })
    })
    left += width
  })
  if (rows.length === shown.length) return drawn
  const all = `${shown.length} of ${rows.length} rows`
  return drawn + label(box.x + box.w - 12, box.y + box.h - 6, box.w, all, { anchor: 'end' })
}

const DRAWINGS = { timeseries: timeSeries, stat, barchart: barChart, table }

function drawPanel (panel, answer, when) {
  const { x, y, w, h } = panel.gridPos
  const box = { x: x * COLUMN + GAP, y: HEAD + y * LINE, w: w * COLUMN - GAP, h: h * LINE - GAP }
  const title = (left, size) =>
    label(box.x + left, box.y + 20, box.w - 24, panel.title, { size, color: INK, extra: ' font-weight="600" class="title"' })
  if (panel.type === 'row') return title(0, 16)
  const frame = `x="${box.x}" y="${box.y}" width="${box.w}" height="${box.h}" rx="3"`
  const empty = answer.series ? !answer.series.length : !answer.rows.some(row => row.some(Boolean))
  const content = empty
    ? label(box.x + box.w / 2, box.y + box.h / 2 + 8, box.w, 'no data', { size: 14, anchor: 'middle' })
    : DRAWINGS[panel.type]({ ...box, y: box.y + 28, h: box.h - 28 }, panel, answer, when)
  return `<g><rect ${frame} fill="#fff" stroke="#d8dce2"/>${title(12, 13)}${content}</g>`
}

async function main () {
  const { values: options, positionals: [input, output] } = parseArgs({
    allowPositionals: true,
    options: { prometheus: { type: 'string' }, postgres: { type: 'string' }, last: { type: 'string' } }
  })
  if (!output) throw new Error('node render.js DASHBOARD.json OUT.svg --prometheus URL | --postgres URL [--last 30m]')
  const dashboard = JSON.parse(readFileSync(input, 'utf8'))
  const when = period(dashboard, options.last)
  const panels = []
  for (const panel of dashboard.panels) {
    const type = panel.datasource?.type
    if (type && !options[type]) throw new Error(`"${panel.title}" asks ${type}. Say where it is with --${type}.`)
    const source = type === 'prometheus' ? fromPrometheus : fromPostgres
    panels.push(drawPanel(panel, type && await source(options[type], panel, when), when))
  }
  const width = 24 * COLUMN + GAP
  const height = HEAD + LINE * Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h))
  writeFileSync(output, [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
      'font-family="Inter, Roboto, Helvetica, Arial, sans-serif">',
    `<rect width="${width}" height="${height}" fill="#f4f5f7"/>`,
    label(GAP, 28, width, dashboard.title, { size: 20, color: INK, extra: ' font-weight="600"' }),
    label(GAP, 50, width, `${dashboard.description} From ${time(when.from)} to ${time(when.to)} UTC.`, { size: 13 }),
    ...panels,
    '</svg>\n'
  ].join('\n'))
}

main().catch(error => {
  console.error(error.message)
  process.exit(1)
})
