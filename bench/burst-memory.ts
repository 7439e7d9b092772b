/**
 * How fast a year of burst memory runs: `node bench/burst-memory.ts` records 12 hours a day on four spacecraft, selects about 360
 * buffers a day in segments of 12 to 15, and plays back in three contacts a day, all 365 days; then asks what a draft of 50
 * segments would change in the next 30 days. The floor puts every buffer that was held into a Map and takes it out again.
 */
import {
  copyMemory,
  emptyMemory,
  forecastDraft,
  simulateDownlink,
  type Choice,
  type DownlinkPlan,
  type MemorySettings,
} from '#domain/downlink'

const settings: MemorySettings = {
  buffers: 24_576,
  reserved: [{ from: 0, value: 16_576 }],
  cycleSeconds: 10,
  ties: 'oldest-first',
  ageingPerDay: 0.1,
  retransmitAfter: 21_600,
}
const t0 = 1_973_116_800
const crafts = [0, 1, 2, 3]
let seed = 7
const random = (): number => (seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0) / 4_294_967_296

function planDays(first: number, days: number, buffersPerContact: number): DownlinkPlan {
  const recordings = []
  const choices: Choice[] = []
  const contacts = []
  for (let day = first; day < first + days; day++) {
    const begin = t0 + day * 86_400
    for (const spacecraft of crafts) {
      recordings.push({ spacecraft, from: begin, to: begin + 43_200 })
      for (const hour of [2, 10, 18])
        contacts.push({
          spacecraft,
          start: begin + hour * 3600 + spacecraft * 60,
          stop: begin + hour * 3600 + 3600,
          budget: buffersPerContact,
        })
    }
    choices.push(chooseDay(begin, day, 27))
  }
  return { recordings, choices, contacts }
}

const chooseDay = (begin: number, day: number, segments: number): Choice => ({
  at: begin + 57_600,
  orders: Array.from({ length: segments }, (_, i) => {
    const start = begin + i * Math.floor(4320 / segments) * 10
    return { segment: day * 100 + i, start, end: start + 10 * (11 + Math.floor(4 * random())), fom: 200 * random(), spacecraft: crafts }
  }),
})

function seconds(run: () => void): number {
  const before = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

const memories = crafts.map(emptyMemory)
let held = 0
let sent = 0
let overwritten = 0
const year = seconds(() => {
  const { days } = simulateDownlink(
    memories,
    settings,
    planDays(0, 365, 90),
    (craft, start, at) => (start / 10 + Math.floor(at) + craft) % 50 === 0,
  )
  for (const day of days) {
    held += day.fresh
    sent += day.sent
    overwritten += day.overwritten
  }
})
const floor = seconds(() => {
  for (let day = 0; day < 365; day++) {
    const map = new Map<number, number>()
    for (let i = 0; i < held / 365; i++) map.set(i * 10, i)
    for (const key of map.keys()) map.delete(key)
  }
})
process.stdout.write(`a year: ${held} buffers held, ${sent} sent, ${overwritten} overwritten\n`)
process.stdout.write(`  ${year.toFixed(2)} s of CPU, ${(year / floor).toFixed(0)} x floor (${(1000 * floor).toFixed(1)} ms)\n`)

const plan = { ...planDays(365, 30, 90), choices: [] }
const what = seconds(() => {
  const { demotes, delays } = forecastDraft(memories, settings, plan, chooseDay(t0 + 365 * 86_400, 9999, 50))
  process.stdout.write(`what if, 50 segments, 30 days: ${demotes.length} would be demoted, ${delays.length} come later\n`)
})
const copies = seconds(() => void memories.map(copyMemory))
process.stdout.write(
  `  ${(1000 * what).toFixed(0)} ms of CPU, ${(what / copies).toFixed(0)} x floor (one copy of the memories, ${(1000 * copies).toFixed(1)} ms)\n`,
)
