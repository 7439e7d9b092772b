import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { chooseHome, findHome, openHome } from './index.ts'
import { explain } from './layout.ts'

const root = mkdtempSync(join(tmpdir(), 'apsis-home-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let folders = 0
const newFolder = (): string => join(root, `home-${(folders += 1)}`)
const refusal = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'it worked',
    (error: unknown) => String(error),
  )

test('a new home has its folders and its marker, and opens again', async () => {
  const dir = newFolder()
  const home = await openHome(dir, 'demo')
  for (const folder of [home.archive, home.drop, home.staging, home.quarantine, home.logs]) expect(existsSync(folder)).toBe(true)
  expect(JSON.parse(readFileSync(join(dir, 'home.json'), 'utf8'))).toEqual({ kind: 'demo', format: 1 })
  writeFileSync(join(home.drop, 'file'), '')
  expect(await openHome(dir, 'demo')).toEqual(home)
  expect(await findHome(dir)).toEqual(home)
  expect(await findHome(newFolder())).toBeUndefined()
})

test('an opening that was cut short is finished by the next one', async () => {
  const dir = newFolder()
  mkdirSync(join(dir, 'archive'), { recursive: true })
  writeFileSync(join(dir, 'home.json.new'), '{')
  expect((await openHome(dir, 'real')).kind).toBe('real')
})

test('the demo refuses what is not its own, by name', async () => {
  const real = newFolder()
  await openHome(real, 'real')
  expect(await refusal(openHome(real, 'demo'))).toContain(`${real} is a real home, without the demo's mark`)
  const foreign = newFolder()
  mkdirSync(join(foreign, 'drop'), { recursive: true })
  writeFileSync(join(foreign, 'drop', 'thesis.tex'), '')
  expect(await refusal(openHome(foreign, 'demo'))).toContain(
    `${foreign} holds other things and no home.json: the demo touches only homes of its own`,
  )
  expect(await refusal(openHome(foreign, 'real'))).toContain('only in an empty folder')
})

test('real files never go into a demo’s home', async () => {
  const demo = newFolder()
  await openHome(demo, 'demo')
  expect(await refusal(openHome(demo, 'real'))).toContain(`${demo} is a demo's home: simulated and real files never mix`)
})

test.each([
  ['{ "kind": "demo", "format": 2 }', /was made by a newer Apsis \(format 2, this one knows 1\)/],
  ['{ "kind": "other", "format": 1 }', /is not the marker of an Apsis home/],
  ['{', /is not the marker of an Apsis home/],
])('the marker %s is refused', async (marker, reason) => {
  const dir = newFolder()
  mkdirSync(dir)
  writeFileSync(join(dir, 'home.json'), marker)
  expect(await refusal(openHome(dir, 'demo'))).toMatch(reason)
})

test('where it may not or cannot write it says so in one sentence', async () => {
  writeFileSync(join(root, 'file'), '')
  expect(await refusal(openHome(join(root, 'file'), 'real'))).toMatch(/file is not a folder: choose another home/)
  const closed = newFolder()
  mkdirSync(closed)
  chmodSync(closed, 0o555)
  if (process.getuid?.() === 0) process.seteuid?.(65_534)
  const refused = await refusal(openHome(join(closed, 'home'), 'real'))
  if (process.getuid?.() === 0) process.seteuid?.(0)
  expect(refused).toMatch(/cannot be written by this user: choose another home/)
  const error = (code: string): unknown => explain(Object.assign(new Error(code), { code }), '/h')
  expect(String(error('ENOSPC'))).toContain('the disk is full: nothing can be written in /h')
  expect(String(error('EIO'))).toBe('Error: EIO')
})

test('which home is meant', () => {
  expect(chooseHome('demo', undefined, { APSIS_HOME: '/data' })).toMatch(/\/demo-home$/)
  expect(chooseHome('real', undefined, { APSIS_HOME: '/data' })).toBe('/data')
  expect(chooseHome('real', undefined, {})).toMatch(/\/var$/)
  expect(chooseHome('real', 'here', { APSIS_HOME: '/data' })).toBe(resolve('here'))
})
