import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { chooseConfinement } from './confinement.ts'
import type { ConfinementChoice } from './confinement.ts'
import { localExecutor } from './local.ts'
import type { ProgramOrder } from './port.ts'

/** Within this, a signal to all processes of a job has come to each of them. */
const settleMs = 250

/**
 * What a Slurm job runs on its node: the order beside the program's folder, by the local executor, so that confinement, limits and log are
 * the same everywhere. Its end is told in a file beside it.
 */
const beside = process.argv[2] ?? '.'
const { confinement, ...order } = JSON.parse(await readFile(join(beside, 'order.json'), 'utf8')) as ProgramOrder & {
  readonly confinement: ConfinementChoice
}
const executor = localExecutor(chooseConfinement(confinement, beside))
const handle = await executor.start(order)
let told = false
process.on('SIGTERM', () => {
  told = true
  void executor.cancel(handle)
})
const end = await executor.wait(handle, order, new AbortController().signal)
// The program's processes may have been told before this one.
if (end?.exitCode !== undefined) await pause(settleMs)
// The cluster tells all processes of a job at once: one that ends in good order on that has not done its work.
const how = told && end !== undefined && end.exitCode !== undefined ? { ...end, exitCode: undefined, signal: 'SIGTERM' } : end
await writeFile(join(beside, 'end.json.new'), JSON.stringify(how))
await rename(join(beside, 'end.json.new'), join(beside, 'end.json'))
process.exit(0)
