/**
 * How long the programs of the MMS mission take for a day of one spacecraft: `node bench/mms-day.ts` renders a simulated day
 * (1.2 million vectors, 16 h of spectra), runs each program as Apsis does, a child process with its job file, three times, and prints
 * the least CPU time of the child (start of Node and imports included), records and the size of what it wrote.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { emptyFolder, missionFolder, putFile, renderSpan } from '#test/mms-flight'
import { makeJob, runJob, type JobPlan } from '#test/run-job'

const [start, stop, late] = ['2026-11-20T00:00:00Z', '2026-11-21T00:00:00Z', '2026-11-21T00:08:30Z'] as const
const folder = emptyFolder()
const decommutate = fileURLToPath(new URL('../src/apps/processors/decommutate.ts', import.meta.url))
const programs = join(missionFolder, 'programs')
const packets = 'packets/mms.xml'

// The child says at its end what it has used.
const sayUsage = 'data:text/javascript,process.on("exit",()=>process.stderr.write(JSON.stringify(process.cpuUsage())))'
process.env['NODE_OPTIONS'] = `--import=${JSON.stringify(sayUsage)}`
process.env['NODE_COMPILE_CACHE'] = emptyFolder()

async function measure(title: string, program: string, plan: Omit<JobPlan, 'start' | 'stop'> & Partial<JobPlan>): Promise<string[]> {
  let [least, paths, said] = [Infinity, [] as string[], '']
  for (let round = 0; round < 3; round++) {
    const result = await runJob([process.execPath, program], makeJob({ start, stop, ...plan }))
    if (result.code !== 0) throw new Error(result.stderr)
    const { user, system } = JSON.parse(result.stderr) as { readonly user: number; readonly system: number }
    least = Math.min(least, (user + system) / 1e6)
    paths = Object.values(plan.outputs).map(result.path)
    said = result.stdout.trim().split('\n').at(-1) ?? ''
  }
  const size = paths.reduce((sum, path) => sum + statSync(path).size, 0)
  process.stdout.write(`${title.padEnd(34)} ${least.toFixed(2).padStart(6)} s ${(size / 1e6).toFixed(1).padStart(7)} MB  ${said}\n`)
  return paths
}

const telemetry = putFile(folder, 'telemetry.pkts', renderSpan('telemetry', start, late))
const attitude = putFile(folder, 'MMS1_DEFATT_2026324_2026325.V00', renderSpan('attitude', start, late))
const ephemeris = putFile(folder, 'MMS1_DEFEPH_2026324_2026325.V00', renderSpan('ephemeris', start, late))

const [counts = ''] = await measure('field: packets to counts', decommutate, {
  process: 'decommutate-fgm',
  inputs: [['telemetry', telemetry]],
  outputs: { l1a: 'mms1_dfg_srvy_l1a_20261120_v0.0.0.cdf' },
  parameters: { packets, plan: 'packets/fgm-l1a.yaml' },
})
await measure('field: counts to GSE', join(programs, 'fgm-l2.ts'), {
  process: 'calibrate-fgm',
  inputs: [
    ['l1a', counts],
    ['attitude', attitude],
    ['ephemeris', ephemeris],
  ],
  outputs: { l2: 'mms1_fgm_srvy_l2_20261120_v5.0.0.cdf' },
  parameters: { calibration: 'calibration/fgm.yaml' },
})
const [spectra = ''] = await measure('plasma: packets to counts, a day', decommutate, {
  process: 'decommutate-fpi',
  inputs: [['telemetry', telemetry]],
  outputs: { l1a: 'mms1_fpi_fast_l1a_20261120000000_v0.0.0.cdf' },
  parameters: { packets, plan: 'packets/fpi-l1a.yaml' },
})
await measure('plasma: counts to flux, a day', join(programs, 'fpi-l2.ts'), {
  process: 'moments-fpi',
  inputs: [
    ['l1a', spectra],
    ['attitude', attitude],
  ],
  outputs: {
    ions: 'mms1_fpi_fast_l2_dis-moms_20261120000000_v3.0.0.cdf',
    electrons: 'mms1_fpi_fast_l2_des-moms_20261120000000_v3.0.0.cdf',
  },
  parameters: { calibration: 'calibration/fpi.yaml' },
})
await measure('ephemeris', join(programs, 'mec-l2.ts'), {
  process: 'ephemeris',
  inputs: [
    ['ephemeris', ephemeris],
    ['attitude', attitude],
  ],
  outputs: { l2: 'mms1_mec_srvy_l2_epht89d_20261120_v2.0.0.cdf' },
})
