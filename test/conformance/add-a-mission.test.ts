import { spawnSync } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const page = await readFile(join(root, 'docs/add-a-mission.md'), 'utf8')

interface Step {
  readonly commands: string
  /** What the page shows of the output; … stands for anything. */
  readonly shown: readonly string[]
}

/** Every block of commands with the block of output that follows it. Blocks of the kind `console` are for people only. */
function stepsOf(text: string): readonly Step[] {
  const blocks = [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(([, kind = '', body = '']) => ({ kind, body }))
  return blocks.flatMap(({ kind, body }, i) => {
    if (kind !== 'sh') return []
    const next = blocks[i + 1]
    return [{ commands: body, shown: next?.kind === 'text' ? next.body.trimEnd().split('\n') : [] }]
  })
}

const steps = stepsOf(page)
const border = '--- next step ---'

let folder = ''
let outputs: readonly string[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apsis-page-'))
  const program = join(folder, 'apsis')
  await writeFile(program, `#!/bin/sh\nexec '${process.execPath}' '${root}src/apps/cli/main.ts' "$@"\n`)
  await chmod(program, 0o755)
  const script = ['set -e', ...steps.flatMap(step => [step.commands, `echo '${border}'`])].join('\n')
  const done = spawnSync('bash', ['-c', `exec 2>&1\n${script}`], {
    cwd: folder,
    encoding: 'utf8',
    // Programs of a mission are started by the name `node`.
    env: { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` },
  })
  outputs = done.stdout.split(`${border}\n`)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
const patternOf = (line: string): RegExp => new RegExp(`^ *${line.trim().split('…').map(literal).join('.*')} *$`, 'm')

describe('the page "Add a mission"', () => {
  test('has commands to follow', () => expect(steps.length).toBeGreaterThanOrEqual(8))

  test.each(steps.map((step, i) => [step.commands.trim().split('\n').at(-1), step, i] as const))('%s', (_, step, i) => {
    expect(outputs.length, `all steps ran; the last one said: ${outputs.at(-1)}`).toBeGreaterThan(i + 1)
    for (const line of step.shown) expect(outputs[i]).toMatch(patternOf(line))
  })
})

test('the page names every key that mission files may have', async () => {
  const pattern = join(root, 'src/apps/cli/new-mission')
  for (const file of ['mission.yaml', 'products.yaml', 'processes.yaml'])
    for (const [, key = ''] of (await readFile(join(pattern, file), 'utf8')).matchAll(/^(?: {2})?([a-z][a-z-]*):/gm))
      if (key !== 'hourly-means' && key !== 'xy') expect(page, `${key} of ${file}`).toContain(`\`${key}\``)
})
