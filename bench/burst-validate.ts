/**
 * How fast a selection is checked: `node bench/burst-validate.ts` validates 500 segments in a window of 46 hours (16,560 cycles)
 * with everything known, once clean and once with a fault in every segment; and makes an edit of it. The floor reads every field
 * of every segment once per rule. Times are wall time, median and best of 200: others' load makes the difference.
 */
import { readFileSync } from 'node:fs'
import { applyEdit, makeSelection, regularGrid, selectionRules, validateSelection, type Selection, type WindowFacts } from '#domain/burst'
import { parseBurstTables } from '#domain/burst-tables'

const text = readFileSync(new URL('../missions/mms/burst.yaml', import.meta.url), 'utf8')
const { tables } = parseBurstTables('burst.yaml', text, ['mms1', 'mms2', 'mms3', 'mms4'])
if (tables === undefined) throw new Error('the burst table has faults')
const everything = {
  ...tables,
  validation: tables.validation.map(({ from, value }) => ({ from, value: { ...value, off: [], buffMax: 20_000 } })),
}

const t0 = 1_973_183_440
const grid = regularGrid(t0, 16_560, 10)
const segments = Array.from({ length: 500 }, (_, i) => ({
  start: i * 33,
  stop: i * 33 + 13,
  fom: 40 + (i % 60),
  spacecraft: 15,
  comment: `boundary layer with waves, number ${i}`,
  tags: ['boundary-layer', 'waves'],
  source: 'jdoe(desk)',
}))
const clean = makeSelection(grid, segments, { evaluation: 'a', final: true, close: t0 + 170_000 })
const faulty = makeSelection(
  grid,
  segments.map(segment => ({ ...segment, stop: segment.start + 35, fom: 260, comment: '' })),
  { evaluation: 'b', final: true, close: t0 + 1000 },
)
const short = makeSelection(
  grid,
  segments.map(segment => ({ ...segment, stop: segment.start, comment: '' })),
  { evaluation: 'a', note: 'all too short' },
)
const facts: WindowFacts = {
  madeAt: t0,
  automatic: makeSelection(grid, segments.slice(0, 7), { evaluation: 'a' }),
  regions: [0, 1, 2, 3].flatMap(spacecraft => [
    { spacecraft, start: t0 - 5, stop: t0 + 80_000 },
    { spacecraft, start: t0 + 80_005, stop: t0 + 165_600 },
  ]),
  oldest: [t0, t0, t0, t0],
  received: [100, 100, 100, 100],
  finalAccepted: false,
}

function measure(run: () => void): readonly [number, number] {
  const times = Array.from({ length: 200 }, () => {
    const before = performance.now()
    run()
    return performance.now() - before
  })
  times.sort((a, b) => a - b)
  return [times[100] as number, times[0] as number]
}

let sink = 0
const touch = ({ segments: all }: Selection): void => {
  for (const _ of selectionRules)
    for (const { id, start, stop, fom, spacecraft, comment, tags, source } of all)
      sink += id + start + stop + fom + spacecraft + comment.length + tags.length + source.length
}
const floor = measure(() => touch(clean))
const report = (what: string, [median, best]: readonly [number, number]): boolean =>
  process.stdout.write(
    `${what.padEnd(52)} ${median.toFixed(2).padStart(7)} ms, best ${best.toFixed(2)}  ${(best / floor[1]).toFixed(1).padStart(6)} x floor\n`,
  )

report(`floor: every field once per rule (${selectionRules.length} rules)`, floor)
report(
  `clean selection: ${validateSelection(everything, facts, clean).findings.length} findings`,
  measure(() => void validateSelection(everything, facts, clean)),
)
report(
  `a fault everywhere: ${validateSelection(everything, facts, faulty).findings.length} findings`,
  measure(() => void validateSelection(everything, facts, faulty)),
)
report(
  `every segment too short: ${validateSelection(everything, facts, short).findings.length} findings`,
  measure(() => void validateSelection(everything, facts, short)),
)
report(
  'one edit among 500 segments',
  measure(
    () =>
      void applyEdit(clean, {
        kind: 'add',
        start: 8000,
        stop: 8100,
        content: { fom: 1, spacecraft: 15, comment: '', tags: [], source: '' },
      }),
  ),
)
process.stdout.write(`(${sink % 10})\n`)
