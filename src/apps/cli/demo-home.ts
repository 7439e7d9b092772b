import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { findHome, findRunning } from '#apps/home'
import { fail } from '#error'

/** Deletes a demo's home: only one that bears the demo's marker, and only while nobody works in it. */
export async function clearDemoHome(dir: string): Promise<void> {
  if (!existsSync(dir)) return
  const home = await findHome(dir)
  if (home?.kind !== 'demo') fail('demo/not-a-demo', `${dir} does not bear the demo's marker: --fresh deletes only a demo's home`, { dir })
  const running = await findRunning(home)
  if (running !== undefined)
    fail('demo/busy', `process ${running.pid} (apsis ${running.command}) works in ${dir}: stop it before --fresh`, { dir })
  await rm(dir, { recursive: true })
}
