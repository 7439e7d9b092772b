import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

test('the core contains no mission’s name, not even in a comment', () => {
  const missions = readdirSync(join(root, 'missions'), { withFileTypes: true }).flatMap(e => (e.isDirectory() ? [e.name] : []))
  expect(missions).toContain('imap')
  // Letters before or after make another word: yyyymmss is no mission.
  const name = new RegExp(`(?<![a-z])(?:${missions.join('|')})(?![a-z])`, 'i')
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter(
    f => /\.(tsx?|css|yaml|mjs|sql)$/.test(f) && !f.includes('.test.'),
  )
  expect(files.length).toBeGreaterThan(300)
  const named = files.flatMap(f =>
    readFileSync(join(root, 'src', f), 'utf8')
      .split('\n')
      .flatMap((line, i) => (name.test(line) ? [`src/${f}:${i + 1} ${line.trim().slice(0, 80)}`] : [])),
  )
  expect(named).toEqual([])
})
