import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { openCdfFile } from '#doors/cdf-node'
import { missionFile, noData, outputOf, placeOf, report, runProgram, type JobFile } from '#doors/job'
import { evaluateTriggers, type BurstTables, type TriggerRecord } from '#domain/burst'
import { parseBurstTables } from '#domain/burst-tables'
import { formatFault } from '#domain/mission'
import { fail } from '#error'
import { parseUtc, tai1958FromTt2000, type Tt2000 } from '#formats/time'

/**
 * The evaluation of burst trigger data: of one region of the constellation the quality of every cycle and the automated selection, as JSON.
 * Inputs hold the trigger data numbers of one spacecraft each, in the variable that the parameter `numbers` names (`{sc}` is the
 * spacecraft) over `Epoch`, the start of each cycle. The parameter `tables` names the mission's burst tables.
 */
async function evaluate(job: JobFile): Promise<void> {
  const tables = await readTables(job)
  const variable = job.parameters['numbers']
  if (typeof variable !== 'string')
    return fail('evaluate/parameter', 'the parameter "numbers" names the variable of the trigger data numbers')
  const triggers: TriggerRecord[][] = tables.spacecraft.map(() => [])
  for (const { path, name } of job.inputs) {
    const cdf = await openCdfFile(path)
    try {
      const index = tables.spacecraft.findIndex(id => cdf.variables.has(variable.replaceAll('{sc}', id)))
      const numbers = cdf.variables.get(variable.replaceAll('{sc}', tables.spacecraft[index] ?? ''))
      const epoch = cdf.variables.get('Epoch')
      if (numbers === undefined || epoch === undefined)
        return fail('evaluate/input', `${name} has no variable ${variable} over Epoch`, { name })
      const values = Array.from((await numbers.read()).values as ArrayLike<number>)
      const width = values.length / Math.max(1, numbers.records)
      for (const [i, time] of Array.from((await epoch.read()).values as BigInt64Array).entries())
        triggers[index]?.push({ tai: tai1958FromTt2000(time as Tt2000), numbers: values.slice(i * width, (i + 1) * width) })
    } finally {
      await cdf.close()
    }
  }
  const { start, stop } = job.partition
  const region = { from: Math.round(taiOf(start)), to: Math.round(taiOf(stop)) }
  const evaluation = evaluateTriggers(tables, region, triggers)
  if (evaluation === undefined) return noData(`no trigger data of ${start} to ${stop} are in ${job.inputs.length} files`)
  await writeFile(placeOf(outputOf(job, 'evaluation')), `${JSON.stringify(evaluation)}\n`)
  const { segments, metadatainfo, cycles } = evaluation.automatic
  report({ program: 'evaluate', cycles: cycles.timestamps.length, received: metadatainfo, segments: segments.length })
}

const taiOf = (utc: string): number => tai1958FromTt2000(parseUtc(utc))

async function readTables(job: JobFile): Promise<BurstTables> {
  const path = missionFile(job, 'tables')
  const mission = parse(await readFile(join(job.missionFolder, 'mission.yaml'), 'utf8')) as { spacecraft: readonly { id: string }[] }
  const ids = mission.spacecraft.map(({ id }) => id)
  const { tables, faults } = parseBurstTables(path, await readFile(path, 'utf8'), ids)
  return tables ?? fail('evaluate/tables', `the burst tables have faults: ${faults.map(formatFault).join('; ')}`, { path })
}

export default evaluate
if (import.meta.main) await runProgram(evaluate)
