import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import {
  findBrokenPromises,
  findDeepImports,
  findLongFiles,
  findMissionNames,
  listMissions,
  readSources,
  totalLayer,
} from './check-structure.ts'

/** Apart, so that this file itself holds no such import. */
const call = 'import'
const root = fileURLToPath(new URL('../../../', import.meta.url))
const file = (path: string, ...lines: readonly string[]): { path: string; text: string } => ({ path, text: `${lines.join('\n')}\n` })

test('the core contains no mission’s name', () => {
  expect(listMissions(root)).toContain('mms')
  expect(findMissionNames(readSources(root, 'src'), listMissions(root))).toEqual([])
})

test('a mission’s name is found in code, and only there', () => {
  const found = findMissionNames(
    [
      file('src/domain/a.ts', `if (name === 'mms1') {}`, '// as MMS does', 'const comms = 1', '/* mms', ' mms */ const x = "IMAP"'),
      file('src/domain/a.test.ts', `'mms1'`),
    ],
    ['mms', 'imap'],
  )
  expect(found.map(line => line.split(' ')[0])).toEqual(['src/domain/a.ts:1', 'src/domain/a.ts:5'])
  expect(findMissionNames([file('src/a.ts', 'mms')], [])).toEqual([])
})

test('a relative import may not leave its folder', () => {
  const files = [
    file(
      'src/services/store/local.ts',
      `import { a } from './port.ts'`,
      `import { b } from '../db/db.ts'`,
      `const load = () => ${call}('../../domain/plan/facts.ts')`,
    ),
    file('src/formats/cdf/read/a.ts', `export { fail } from '../../error.ts'`, `import { b } from '../records.ts'`),
    file('src/doors/a.test.ts', `import { a } from './a.ts'`),
  ]
  expect(findDeepImports(files)).toEqual([
    'src/services/store/local.ts reaches into src/services/db/db.ts',
    'src/services/store/local.ts reaches into src/domain/plan/facts.ts',
  ])
})

test('package.json keeps its promises, and a loose pin or an install script breaks them', () => {
  expect(findBrokenPromises(JSON.parse(readFileSync(`${root}package.json`, 'utf8')))).toEqual([])
  expect(
    findBrokenPromises({
      dependencies: { a: '^1.2.3', b: '1.2.3-beta.1' },
      devDependencies: { c: 'latest' },
      scripts: { postinstall: 'x' },
    }),
  ).toHaveLength(3)
})

test('lines are counted without the last line’s end', () => {
  const long = file('src/a.ts', ...Array.from({ length: 451 }, () => 'x'))
  const just = file('src/b.ts', ...Array.from({ length: 450 }, () => 'x'))
  expect(findLongFiles([long, just])).toEqual(['src/a.ts has 451 lines, 450 at the most'])
  expect(totalLayer('src', [long, just, file('src/a.test.ts', '1', '2')])).toEqual({
    layer: 'src',
    files: 2,
    lines: 901,
    median: 451,
    longest: 451,
    testLines: 2,
  })
})
