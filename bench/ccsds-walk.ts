/**
 * How fast packets are found: `node bench/ccsds-walk.ts` prints MB/s for two packet sizes, beside a floor that only hops from
 * length field to length field in the same memory, and the peak of memory while 1 GB goes through a source.
 * Times are CPU time of this process, best of five, so that a busy machine matters less.
 */
import { buildPacket, walkBatches, walkPackets } from '#formats/ccsds'

/** All 16384 counts of one APID, so that the stream can be repeated without a gap. */
function makeTurn(size: number): Uint8Array {
  const turn = new Uint8Array(16384 * size)
  for (let count = 0; count < 16384; count++) {
    turn.set(buildPacket({ apid: 11, sequenceCount: count, secondaryHeader: true }, new Uint8Array(size - 6).fill(count)), count * size)
  }
  return turn
}

function best(run: () => void): number {
  let least = Infinity
  for (let round = 0; round < 5; round++) {
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1e6)
  }
  return least
}

const report = (name: string, bytes: number, seconds: number): boolean =>
  process.stdout.write(`${name.padEnd(60)} ${(bytes / 1e6 / seconds).toFixed(0).padStart(8)} MB/s\n`)

function hop(bytes: Uint8Array): number {
  let packets = 0
  for (let at = 0; at < bytes.byteLength; packets++) at += 7 + ((bytes[at + 4]! << 8) | bytes[at + 5]!)
  return packets
}

for (const size of [71, 1024]) {
  const turn = makeTurn(size)
  const bytes = new Uint8Array(Math.floor(64e6 / turn.byteLength) * turn.byteLength)
  for (let at = 0; at < bytes.byteLength; at += turn.byteLength) bytes.set(turn, at)
  const rounds = size < 100 ? 1 : 4
  let seen = 0
  const walk = best(() => {
    for (let round = 0; round < rounds; round++) for (const item of walkPackets(bytes)) if (item.kind === 'packet') seen++
  })
  report(`packets of ${size} octets, sequence counts followed`, bytes.byteLength * rounds, walk)
  const floor = best(() => {
    for (let round = 0; round < rounds * 10; round++) seen += hop(bytes)
  })
  report(`  floor: hopping over length fields`, bytes.byteLength * rounds * 10, floor)
  if (seen === 0) throw new Error('nothing was walked')
}

const turn = makeTurn(256)
const repeated = new Uint8Array(turn.byteLength * 3)
for (let at = 0; at < repeated.byteLength; at += turn.byteLength) repeated.set(turn, at)
const size = Math.floor(1e9 / turn.byteLength) * turn.byteLength
const source = {
  size,
  read: async (start: number, end: number) => repeated.subarray(start % turn.byteLength, (start % turn.byteLength) + end - start).slice(),
}
let packets = 0
let peak = 0
const before = process.cpuUsage()
for await (const batch of walkBatches(source)) {
  for (const item of batch) if (item.kind === 'packet') packets++
  peak = Math.max(peak, process.memoryUsage().rss)
}
const spent = process.cpuUsage(before)
report(`1 GB through a source, ${packets} packets of 256 octets`, size, (spent.user + spent.system) / 1e6)
process.stdout.write(`peak of resident memory: ${(peak / 1e6).toFixed(0)} MB\n`)
