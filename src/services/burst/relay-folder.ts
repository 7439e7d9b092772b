import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BurstTables } from '#domain/burst'
import { parseMessage, type CommandMessage } from '#domain/downlink'
import { withTx, type Db } from '#services/db'
import { tellNews } from './news.ts'
import { commandsFor, takeReport } from './relay.ts'

/**
 * One turn of the relay to the payload operations center as a folder: reports are taken from `in` (then kept in `in/taken`, or in
 * `in/refused` with the reason beside), and the commands that are due are put into `out`, each under its final name at once; one that still lies there is not put there again.
 */
export async function relayByFolder(
  db: Db,
  tables: BurstTables,
  mission: string,
  folders: { readonly in: string; readonly out: string },
  now: number,
): Promise<{ readonly taken: number; readonly refused: readonly string[]; readonly sent: number }> {
  const [taken, refused] = ['taken', 'refused'].map(name => join(folders.in, name)) as [string, string]
  for (const folder of [taken, refused, folders.out]) await mkdir(folder, { recursive: true })
  const complaints: string[] = []
  let count = 0
  for (const name of (await readdir(folders.in)).filter(one => one.endsWith('.json')).sort()) {
    const wrong = await takeOne(join(folders.in, name), async message => takeReport(db, tables, mission, message, now))
    await rename(join(folders.in, name), join(wrong === undefined ? taken : refused, name))
    if (wrong === undefined) count++
    else {
      complaints.push(`${name}: ${wrong}`)
      await writeFile(join(refused, `${name}.reason.txt`), `${wrong}\n`)
    }
  }
  const lying = await readTexts(folders.out)
  const commands = (await commandsFor(db, tables, mission, now)).filter(command => !lying.has(textOf(command)))
  const stamp = new Date(now).toISOString().replaceAll(/[:.]/g, '-')
  for (const [i, command] of commands.entries()) {
    const name = `${stamp}-${String(i).padStart(4, '0')}-${command.kind}.json`
    await writeFile(join(folders.out, `.${name}`), textOf(command))
    await rename(join(folders.out, `.${name}`), join(folders.out, name))
  }
  await tellCommands(db, mission, commands, now)
  return { taken: count, refused: complaints, sent: commands.length }
}

const textOf = (command: CommandMessage): string => `${JSON.stringify(command)}\n`

/** What lies in a folder; somebody may be taking it away. */
async function readTexts(folder: string): Promise<ReadonlySet<string>> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.json') && !name.startsWith('.'))
  return new Set(await Promise.all(names.map(name => readFile(join(folder, name), 'utf8').catch(() => ''))))
}

/** Says what has been sent, so that those who listen see the relay work. */
async function tellCommands(db: Db, mission: string, commands: readonly CommandMessage[], now: number): Promise<void> {
  if (commands.length === 0) return
  const count = (kind: CommandMessage['kind']): number => commands.filter(one => one.kind === kind).length
  const sent = { act: 'commands-sent', selections: count('selections'), holds: count('hold'), releases: count('release') } as const
  await withTx(db, tx => tellNews(tx, { mission, actor: 'BDM', at: now }, [sent]))
}

async function takeOne(path: string, take: (message: Parameters<typeof takeReport>[3]) => Promise<void>): Promise<string | undefined> {
  const value = readJson(await readFile(path, 'utf8'))
  const message = value === undefined ? { wrong: 'it is no JSON' } : parseMessage(value)
  if ('wrong' in message) return message.wrong
  if (message.kind !== 'status' && message.kind !== 'playback')
    return `a ${message.kind} goes to the payload operations center, it does not come from there`
  await take(message)
  return undefined
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
