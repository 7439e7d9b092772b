import type { Decision } from '#domain/burst'
import { writeLetter } from '#services/mail'
import { instant, type Tx } from '#services/db'
import type { BurstWindow } from './window.ts'

/** Addresses of who is on duty and on deck at a moment. */
async function addressesOnDuty(tx: Tx, mission: string, at: number): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('burst_duty')
    .innerJoin('burst_selector', join =>
      join.onRef('burst_selector.mission', '=', 'burst_duty.mission').onRef('burst_selector.person', '=', 'burst_duty.person'),
    )
    .select('burst_selector.mail')
    .where('burst_duty.mission', '=', mission)
    .where('starts_at', '<=', instant(at))
    .where('ends_at', '>', instant(at))
    .orderBy('place', 'desc')
    .execute()
  return rows.flatMap(({ mail }) => mail ?? [])
}

async function addressesOfSupervisors(tx: Tx, mission: string): Promise<readonly string[]> {
  const rows = await tx
    .selectFrom('burst_selector')
    .select('mail')
    .where('mission', '=', mission)
    .where('role', '=', 'super-sitl')
    .orderBy('person')
    .execute()
  return rows.flatMap(({ mail }) => mail ?? [])
}

const utc = (ms: number): string => new Date(ms).toISOString().slice(0, 19)

/** A deadline comes nearer: to who is on duty and on deck. */
export async function writeWarning(tx: Tx, window: BurstWindow, sentence: string, at: number): Promise<void> {
  const { mission, evaluation, deadline } = window
  await writeLetter(tx, {
    mission,
    recipients: await addressesOnDuty(tx, mission, at),
    subject: `${mission.toUpperCase()} burst window ${evaluation} closes at ${utc(deadline)} UTC`,
    lines: [`${sentence}.`, '', `Window: ${evaluation}`, `Deadline: ${utc(deadline)} UTC`, '', `apsis sitl window ${evaluation}`],
    at,
  })
}

/** A deadline has come and nobody had closed the window: what counts now. */
export async function writeClosing(tx: Tx, window: BurstWindow, sentence: string, at: number): Promise<void> {
  const { mission, evaluation } = window
  await writeLetter(tx, {
    mission,
    recipients: await addressesOnDuty(tx, mission, at),
    subject: `${mission.toUpperCase()} burst window ${evaluation} closed at its deadline`,
    lines: [
      `${sentence}.`,
      '',
      'What is to be changed now is an edit of stored segments, which a Super-SITL makes.',
      '',
      'apsis sitl status',
    ],
    at,
  })
}

/** A submission waits for approval: to every Super-SITL, and to who is on duty. */
export async function writeApprovalWanted(
  tx: Tx,
  window: BurstWindow,
  submission: { readonly id: number; readonly actor: string },
  open: Decision['open'],
  at: number,
): Promise<void> {
  const { mission, evaluation, deadline } = window
  await writeLetter(tx, {
    mission,
    recipients: [...(await addressesOfSupervisors(tx, mission)), ...(await addressesOnDuty(tx, mission, at))],
    subject: `${mission.toUpperCase()} burst submission ${submission.id} of ${submission.actor} waits for approval`,
    lines: [
      `Submission ${submission.id} of ${submission.actor} for the window ${evaluation} waits for a Super-SITL, because:`,
      '',
      ...open.map(({ key, sentence }) => `  ${key}: ${sentence}`),
      '',
      `Undecided at ${utc(deadline)} UTC, it does not count.`,
      '',
      `apsis sitl decide ${submission.id} --accept --reason TEXT`,
    ],
    at,
  })
}
