import { chmodSync, existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { makeLinks } from './binaries.ts'

const root = mkdtempSync(join(tmpdir(), 'apsis-links-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

function makePackage(name: string): string {
  const native = join(root, name, 'native')
  mkdirSync(join(native, 'lib'), { recursive: true })
  writeFileSync(join(native, 'lib', 'libx.so.6.1'), 'x')
  const links = ['libx.so', 'libx.so.6'].map(target => ({ source: 'native/lib/libx.so.6.1', target: `native/lib/${target}` }))
  writeFileSync(join(native, 'pg-symlinks.json'), JSON.stringify(links))
  return native
}

/** As root, permissions bind only when it acts as someone else. */
async function asOrdinaryUser<T>(work: () => Promise<T>): Promise<T> {
  if (process.getuid?.() !== 0) return work()
  process.seteuid?.(65_534)
  try {
    return await work()
  } finally {
    process.seteuid?.(0)
  }
}

test('the links are made in the package, once, by however many start at the same moment', async () => {
  const native = makePackage('writable')
  const own = join(root, 'own-1')
  expect(await Promise.all([makeLinks(native, own), makeLinks(native, own)])).toEqual([undefined, undefined])
  expect(readlinkSync(join(native, 'lib', 'libx.so.6'))).toBe('libx.so.6.1')
  expect(await makeLinks(native, own)).toBeUndefined()
  expect(existsSync(own)).toBe(false)
})

test('where the package is read-only they are made in a folder of our own', async () => {
  const native = makePackage('read-only')
  const own = join(root, 'open', 'own-2')
  mkdirSync(join(root, 'open'))
  chmodSync(join(root, 'open'), 0o777)
  chmodSync(root, 0o755)
  chmodSync(join(native, 'lib'), 0o555)
  expect(await asOrdinaryUser(() => makeLinks(native, own))).toBe(own)
  expect(readlinkSync(join(own, 'libx.so'))).toBe(join(native, 'lib', 'libx.so.6.1'))
  expect(existsSync(join(native, 'lib', 'libx.so'))).toBe(false)
})
