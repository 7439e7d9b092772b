import { placeOn } from './axis.ts'
import type { Figure, PositionRow } from './figure.ts'
import { type Layout, type LayoutOptions, type PanelLayout, sizes } from './geometry.ts'
import { interpolateAt, lastValue } from './samples.ts'
import { breakText, centreOn, type Measure, spreadApart, type TextItem, wrapWords } from './text.ts'
import { writeDateAndDay, writeSpan } from './time-ticks.ts'
import { writeNumber } from './value-ticks.ts'

/** The geometry that text is set around. */
export interface Parts {
  readonly width: number
  readonly x: number
  readonly plotWidth: number
  /** Foot of the last panel. */
  readonly bottom: number
  readonly ticks: Layout['timeTicks']
  readonly panels: readonly PanelLayout[]
  readonly lanes: Layout['lanes']
}

type Put = (item: Partial<TextItem> & Pick<TextItem, 'text' | 'x' | 'y'>) => void

/** Writes every text of a picture and finds its height. */
export function writeCaptions(figure: Figure, parts: Parts, options: LayoutOptions): { texts: TextItem[]; height: number } {
  const texts: TextItem[] = []
  const put: Put = item => texts.push({ size: 11, weight: 'normal', colour: options.theme.ink, align: 'left', ...item })
  writeHeader(figure, parts, options, put)
  for (const panel of parts.panels) writePanel(figure, panel, options, put)
  const foot = writeTimeAxis(figure, parts, options, put)
  const height = writeFooter(figure, parts, foot, options, put)
  if (figure.stamp !== undefined) writeStamp(figure.stamp, figure, parts, options, put)
  return { texts, height }
}

function writeHeader(figure: Figure, parts: Parts, { theme, measure }: LayoutOptions, put: Put): void {
  const { subject, name, note } = figure.title
  const right = parts.width - sizes.margin
  put({ text: subject, x: sizes.margin, y: 33, size: 20, weight: 'bold' })
  put({ text: name, x: sizes.margin + measure(subject, 20, 'bold') + 10, y: 33, size: 20 })
  if (note !== undefined) put({ text: note, x: sizes.margin, y: 50, size: 12, colour: theme.second })
  put({ text: writeDateAndDay(figure.start), x: right, y: 33, size: 16, weight: 'bold', align: 'right' })
  put({ text: writeSpan(figure.start, figure.stop), x: right, y: 50, size: 12, colour: theme.second, align: 'right' })
  for (const [index, lane] of (figure.lanes ?? []).entries()) {
    const track = parts.lanes[index]?.track
    if (track) put({ text: lane.label, x: parts.x - 8, y: centreOn(track.y + track.height / 2, 11), align: 'right', colour: theme.second })
  }
}

function writePanel(figure: Figure, { panel, plot, axis, ticks, colour }: PanelLayout, { theme, measure }: LayoutOptions, put: Put): void {
  const middle = plot.y + plot.height / 2
  const words = labelRows(
    panel,
    axis?.isCut === true,
    plot.x - 14 - Math.max(0, ...ticks.map(t => measure(t.label, 11, 'normal'))),
    measure,
  )
  let y = centreOn(middle - ((words.length - 1) * 15) / 2, 12)
  for (const word of words) {
    put({ ...word, x: sizes.margin, y, ...(word.size === 11 ? { colour: theme.second } : {}) })
    y += 15
  }
  for (const tick of ticks) put({ text: tick.label, x: plot.x - 8, y: tickBaseline(tick.at, plot.y, plot.y + plot.height), align: 'right' })
  if (!axis) {
    const text = panel.empty ?? 'no data in this time range'
    put({ text, x: plot.x + plot.width / 2, y: centreOn(middle, 13), size: 13, align: 'center', colour: theme.second })
  } else if (panel.kind === 'lines') writeNames(figure, { panel, plot, axis, ticks }, theme.data, put)
  if (colour && panel.kind === 'spectrogram') {
    const { bar } = colour
    for (const tick of colour.ticks) put({ text: tick.label, x: bar.x + bar.width + 7, y: centreOn(tick.at, 11) })
    put({ text: panel.colourUnit, x: plot.x + plot.width + sizes.right - 10, y: middle, turn: 90, align: 'center', colour: theme.second })
  }
}

/** What stands left of a panel, in rows that end before the numbers of its axis do begin, at `right`. */
function labelRows(
  panel: PanelLayout['panel'],
  isCut: boolean,
  right: number,
  measure: Measure,
): readonly Pick<TextItem, 'text' | 'size' | 'weight'>[] {
  const room = right - sizes.margin
  const rows = panel.label.flatMap((label, index) => {
    const weight = index === 0 ? 'bold' : 'normal'
    return breakText(label, room, 12, weight, measure).map(text => ({ text, size: 12, weight }) as const)
  })
  const unit = panel.unit === '' || !isCut ? panel.unit : `${panel.unit}, off scale`
  const units = unit === '' ? [] : breakText(unit, room, 11, 'normal', measure)
  return [...rows, ...units.map(text => ({ text, size: 11, weight: 'normal' }) as const)]
}

/** Labels at the very ends of an axis move inward so that those of neighbouring panels never touch. */
const tickBaseline = (at: number, top: number, bottom: number): number => centreOn(Math.min(bottom - 4, Math.max(top + 4, at)), 11)

function writeNames(figure: Figure, layout: PanelLayout, inks: Readonly<Record<string, string>>, put: Put): void {
  const { panel, plot, axis } = layout
  if (panel.kind !== 'lines' || !axis) return
  const wanted = panel.lines.map(line => {
    const value = lastValue(line.samples, figure.start, figure.stop)
    const place = value === undefined ? 0.5 : placeOn(axis, value)
    return plot.y + plot.height * (1 - Math.min(1, Math.max(0, Number.isFinite(place) ? place : 0.5)))
  })
  const placed = spreadApart(wanted, Math.min(14, plot.height / panel.lines.length), plot.y + 6, plot.y + plot.height - 6)
  for (const [index, line] of panel.lines.entries()) {
    put({
      text: line.name,
      x: plot.x + plot.width + 9,
      y: centreOn(placed[index] as number, 12),
      size: 12,
      weight: 'bold',
      colour: inks[line.ink] ?? '#000000',
    })
  }
}

/** Time labels with the date at the left end, and the position rows aligned under them. Returns the foot of the last row. */
function writeTimeAxis(figure: Figure, parts: Parts, { theme }: LayoutOptions, put: Put): number {
  let y = parts.bottom + 20
  put({ text: writeDateAndDay(figure.start), x: sizes.margin, y, weight: 'bold' })
  put({ text: 'UTC', x: parts.x + parts.plotWidth + 44, y, colour: theme.second })
  const labelled = parts.ticks.filter(tick => tick.label !== '')
  for (const tick of labelled)
    put({ text: tick.label, x: tick.at, y, align: 'center', weight: tick.label.includes('·') ? 'bold' : 'normal' })
  for (const row of figure.positions ?? []) {
    y += sizes.row
    put({ text: row.label, x: sizes.margin, y, colour: theme.second })
    for (const tick of labelled) put({ text: writePosition(row, tick.time), x: tick.at, y, align: 'center', colour: theme.second })
  }
  return y + 6
}

function writePosition(row: PositionRow, time: number): string {
  const value = interpolateAt(row.samples, time)
  return value === undefined ? '–' : writeNumber(value, row.digits)
}

function writeFooter(figure: Figure, parts: Parts, foot: number, { theme, measure }: LayoutOptions, put: Put): number {
  const { footer } = figure
  if (!footer) return foot + 10
  const right = parts.width - sizes.margin
  let y = foot + 22
  put({ text: footer.notice, x: sizes.margin, y, weight: 'bold', colour: theme.second })
  const credit = footer.credit ?? ''
  const besides = measure(footer.notice, 11, 'bold') + 20 + measure(credit, 11, 'normal') <= right - sizes.margin
  if (!besides) y += sizes.footerRow
  put({ text: credit, x: besides ? right : sizes.margin, y, align: besides ? 'right' : 'left', colour: theme.second })
  for (const text of wrapWords(footer.sources ?? [], '  ·  ', parts.width - 2 * sizes.margin, 11, measure)) {
    y += sizes.footerRow
    put({ text, x: sizes.margin, y, colour: theme.second })
  }
  return y + 14
}

/** Once solid in the header, and once large and translucent across the panels: neither cropping removes it. */
function writeStamp(stamp: string, figure: Figure, parts: Parts, { theme, measure }: LayoutOptions, put: Put): void {
  const left = sizes.margin + measure(figure.title.subject, 20, 'bold') + 10 + measure(figure.title.name, 20, 'normal') + 16
  const right = parts.width - sizes.margin - measure(writeDateAndDay(figure.start), 16, 'bold') - 16
  const headerSize = Math.max(11, Math.min(22, (22 * (right - left)) / measure(stamp, 22, 'bold')))
  const middle = Math.min(right - measure(stamp, headerSize, 'bold') / 2, parts.x + parts.plotWidth / 2)
  put({ text: stamp, x: middle, y: 35, size: headerSize, weight: 'bold', align: 'center', colour: theme.stamp })
  const top = parts.panels[0]?.plot.y ?? sizes.header
  const height = parts.bottom - top
  const size = Math.min(110, (parts.plotWidth * 0.86 * 100) / measure(stamp, 100, 'bold'))
  const turn = (Math.atan2(height * 0.5, parts.plotWidth) * 180) / Math.PI
  const lean = (turn * Math.PI) / 180
  const drop = size * 0.365
  put({
    text: stamp,
    x: parts.x + parts.plotWidth / 2 + drop * Math.sin(lean),
    y: top + height / 2 + drop * Math.cos(lean),
    size,
    weight: 'bold',
    align: 'center',
    colour: theme.stamp,
    turn,
    opacity: 0.22,
    halo: theme.plot,
  })
}
