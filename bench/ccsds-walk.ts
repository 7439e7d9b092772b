/**
 * How fast packets are found: `node bench/ccsds-walk.ts` prints MB/s for two packet sizes, beside a floor that only hops from
 * length field to length field in the same memory, and how much memory fresh processes take for files of 100 MB and of 1 GB.
 * Times are CPU time of a process, best of five in memory, so that a busy machine matters less.
 */
import { spawnSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFileSource } from '#doors/cdf-node'
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

function compareSpeed(): void {
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
}

/** Peak of resident memory of a fresh process that walks a file, and what it takes before it opens it; megabytes. */
function measureMemory(path: string): {
  readonly before: number
  readonly peak: number
  readonly seconds: number
  readonly packets: number
} {
  const done = spawnSync(process.execPath, [import.meta.filename, path], { encoding: 'utf8' })
  return JSON.parse(done.stdout) as ReturnType<typeof measureMemory>
}

const peak = (): number => process.resourceUsage().maxRSS / 1000

async function walkFile(path: string): Promise<void> {
  const [before, started] = [peak(), process.cpuUsage()]
  const source = openFileSource(path)
  let packets = 0
  for await (const batch of walkBatches(source)) for (const item of batch) if (item.kind === 'packet') packets++
  const { user, system } = process.cpuUsage(started)
  process.stdout.write(JSON.stringify({ before, peak: peak(), seconds: (user + system) / 1e6, packets }))
}

function compareMemory(): void {
  const folder = mkdtempSync(join(tmpdir(), 'apsis-bench-'))
  const turn = makeTurn(71)
  for (const size of [1e8, 1e9]) {
    const path = join(folder, `${size}.pkts`)
    for (let octets = 0; octets < size; octets += turn.byteLength) appendFileSync(path, turn)
    const { before, peak: most, seconds, packets } = measureMemory(path)
    report(`file of ${size / 1e6} MB, ${packets} packets of 71 octets`, statSync(path).size, seconds)
    process.stdout.write(`  resident memory: ${before.toFixed(0)} MB before, ${most.toFixed(0)} MB at the most\n`)
  }
  rmSync(folder, { recursive: true })
}

const [file] = process.argv.slice(2)
if (file === undefined) {
  compareSpeed()
  compareMemory()
} else await walkFile(file)
