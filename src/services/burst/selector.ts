import type { SelectorRole } from '#domain/burst'
import { fail } from '#error'
import { instant, withTx, type Db, type Tx } from '#services/db'
import { recordAct } from '#services/people'

/** Who selects when: on duty, or on deck for the next turn. Times in UTC milliseconds. */
export interface Duty {
  readonly person: string
  readonly place: 'duty' | 'deck'
  readonly from: number
  readonly to: number
}

/** Gives a person a role in selection, or another one, and the address for letters. The name is that of a token. Throws `burst/bad-address`. */
export async function addSelector(
  db: Db,
  mission: string,
  person: string,
  role: SelectorRole,
  by: string,
  now: number,
  mail?: string,
): Promise<void> {
  if (mail !== undefined && !isAddress(mail)) fail('burst/bad-address', `"${mail}" is no address: NAME@HOST`)
  const own = mail === undefined ? {} : { mail }
  await withTx(db, async tx => {
    await tx
      .insertInto('burst_selector')
      .values({ mission, person, role, ...own })
      .onConflict(c => c.columns(['mission', 'person']).doUpdateSet({ role, ...own }))
      .execute()
    await recordAct(tx, { at: now, actor: by, act: 'burst.role', object: `${mission} ${person}`, detail: { role } })
  })
}

const isAddress = (text: string): boolean => /^[^\s@<>,;"]+@[^\s@<>,;"]+$/.test(text)

/** The role of a person in selection. Throws `burst/no-selector`. */
export async function readSelector(db: Db | Tx, mission: string, person: string): Promise<SelectorRole> {
  const row = await db
    .selectFrom('burst_selector')
    .select('role')
    .where('mission', '=', mission)
    .where('person', '=', person)
    .executeTakeFirst()
  return (
    row?.role ??
    fail('burst/no-selector', `${person} is no Scientist-in-the-Loop of ${mission}: a Super-SITL or an operator gives the role`, { person })
  )
}

/** Puts a person on duty or on deck. Throws `burst/no-selector`, `burst/duty-taken`. */
export async function setDuty(db: Db, mission: string, duty: Duty, by: string, now: number): Promise<void> {
  if (duty.to <= duty.from) fail('burst/duty', `the duty of ${duty.person} would end before it starts`)
  await withTx(db, async tx => {
    await readSelector(tx, mission, duty.person)
    await tx
      .insertInto('burst_duty')
      .values({ mission, person: duty.person, place: duty.place, starts_at: new Date(duty.from), ends_at: new Date(duty.to) })
      .onConflict(c => c.columns(['mission', 'place', 'starts_at']).doUpdateSet({ person: duty.person, ends_at: new Date(duty.to) }))
      .execute()
    await recordAct(tx, { at: now, actor: by, act: 'burst.duty', object: `${mission} ${duty.person}`, detail: { ...duty } })
  })
}

/** Who is on duty and on deck at a moment. */
export async function listDuty(db: Db, mission: string, at: number): Promise<readonly Duty[]> {
  const rows = await db
    .selectFrom('burst_duty')
    .selectAll()
    .where('mission', '=', mission)
    .where('starts_at', '<=', instant(at))
    .where('ends_at', '>', instant(at))
    .orderBy('place', 'desc')
    .execute()
  return rows.map(({ person, place, starts_at: from, ends_at: to }) => ({ person, place, from, to }))
}
