import { sql } from 'kysely'
import type { Db } from '#services/db'

/** A mission event with the orbits in which it starts and stops; 0 where none is known. Times in UTC milliseconds. */
export interface ListedEvent {
  readonly start: number
  readonly stop: number
  readonly kind: string
  readonly name: string
  readonly key: string
  readonly spacecraft: string
  readonly state: string
  readonly reason: string | null
  readonly startOrbit: number
  readonly stopOrbit: number
}

/** Events that start in [from, to) and are not cancelled, by start. An orbit's number ends the key of its event. */
export async function listMissionEvents(
  db: Db,
  mission: string,
  range: { readonly from: number; readonly to: number },
): Promise<readonly ListedEvent[]> {
  const orbitAt = (moment: 'start_time' | 'stop_time') => sql<number>`coalesce((
    select substring(o.key from '(?:^|[^0-9])([0-9]{1,6})$')::int from mission_event o
    where o.mission = e.mission and o.kind = 'orbit' and o.state <> 'cancelled'
      and o.start_time <= ${sql.ref(`e.${moment}`)} and o.stop_time > ${sql.ref(`e.${moment}`)}
    order by (o.spacecraft = e.spacecraft) desc, o.start_time desc limit 1), 0)`
  const { rows } = await sql<ListedEvent>`
    select start_time as start, stop_time as stop, kind, name, key, spacecraft, state, reason,
      ${orbitAt('start_time')} as "startOrbit", ${orbitAt('stop_time')} as "stopOrbit"
    from mission_event e
    where mission = ${mission} and state <> 'cancelled'
      and start_time >= ${new Date(range.from)} and start_time < ${new Date(range.to)}
    order by start_time, kind, spacecraft, key`.execute(db)
  return rows
}
