import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chooseConfinement } from './confinement.ts'
import type { ConfinementChoice } from './confinement.ts'
import { localExecutor } from './local.ts'
import type { ProgramOrder } from './port.ts'

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
process.on('SIGTERM', () => void executor.cancel(handle))
const end = await executor.wait(handle, order, new AbortController().signal)
await writeFile(join(beside, 'end.json.new'), JSON.stringify(end))
await rename(join(beside, 'end.json.new'), join(beside, 'end.json'))
process.exit(0)
