import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BurstTables } from '#domain/burst'
import { parseBurstTables } from '#domain/burst-tables'
import { formatFault, type Mission } from '#domain/mission'
import { fail } from '#error'

/** A mission's burst tables. Throws `burst/none` where the mission selects no burst, `burst/tables` with every fault. */
export async function loadBurstTables(mission: Mission): Promise<BurstTables> {
  if (mission.burst === undefined)
    return fail('burst/none', `the mission ${mission.id} selects no burst: its mission.yaml names no burst tables`)
  const text = await readFile(join(mission.folder, mission.burst), 'utf8')
  const { tables, faults } = parseBurstTables(
    mission.burst,
    text,
    mission.spacecraft.map(({ id }) => id),
  )
  return (
    tables ??
    fail('burst/tables', `the burst tables of ${mission.id} have faults:\n${faults.map(fault => `  ${formatFault(fault)}`).join('\n')}`)
  )
}
