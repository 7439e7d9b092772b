import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'

// A program of the older style: inputs as arguments, folders in the environment, a name of its own; the raw file's first line is a script.
const mission = {
  ...textMission,
  'processes.yaml': `count:
  title: Count lines, in the older style
  inputs: { raw: cnt day l0 }
  outputs: { counts: cnt day l1 }
  program: { run: [sh, programs/count.sh], style: legacy }
  exits: { warning: [1-99] }
  limits: { tries: 1 }
`,
  'programs/count.sh': `set -eu
day=$(basename "$1" | sed 's/.*_\\(2[0-9]*\\)_.*/\\1/')
echo "cal: $(ls "$CAL_PATH_ROOT") hk: $(ls "$HK_ROOT")" > "$LOG_PATH_ROOT/count.log"
. "$1"
`,
}

let home: Installation
let days = 0
beforeAll(async () => {
  home = await openInstallation(mission)
})
afterAll(() => home.close())

async function run(script: string) {
  const day = new Date(Date.UTC(2026, 0, 1 + days++)).toISOString().slice(0, 10)
  await home.deliver(`ta_cnt_day_l0_${day.replaceAll('-', '')}_v0.0.0.txt`, `${script}\n`)
  await home.settle()
  const [attempt] = await home.db
    .selectFrom('attempt')
    .innerJoin('job', 'job.id', 'attempt.job')
    .select(['outcome', 'attempt.message', 'log'])
    .where('job.partition', '=', day)
    .execute()
  const files = await home.db
    .selectFrom('file')
    .select(['name', 'version_text', 'path', 'findings'])
    .where('partition', '=', day)
    .where('dataset', '=', 'ta_cnt_day_l1')
    .execute()
  return { attempt, files, tag: day.replaceAll('-', '') }
}

describe('a program of the older style', () => {
  test('finds its input under DATA_PATH_ROOT as the archive has it, and its own logs are kept', async () => {
    const { attempt, files, tag } = await run(
      'echo "${1#$DATA_PATH_ROOT/}"; mkdir "$DROPBOX_ROOT/out"; echo 3 > "$DROPBOX_ROOT/out/ta_cnt_day_l1_${day}_v0.0.0.txt"',
    )
    expect(attempt).toMatchObject({ outcome: 'made' })
    const log = await readFile(attempt?.log ?? '', 'utf8')
    expect(log).toContain(`ta/cnt/day/l0/2026/ta_cnt_day_l0_${tag}_v0.0.0.txt`)
    expect(log).toContain(`== count.log ==\ncal:  hk: ta_cnt_day_l0_${tag}_v0.0.0.txt`)
    expect(files).toMatchObject([{ name: `ta_cnt_day_l1_${tag}_v0.0.0.txt` }])
  })

  test('names its output itself: a higher version is adopted, name and bytes unchanged', async () => {
    const { files } = await run('echo mine > "$DROPBOX_ROOT/ta_cnt_day_l1_${day}_v4.18.0.txt"')
    expect(files).toMatchObject([{ version_text: '4.18.0' }])
    expect(await readFile(join(home.folder, 'archive', files[0]?.path ?? ''), 'utf8')).toBe('mine\n')
  })

  test('a warning is success with a finding', async () => {
    const { attempt, files } = await run('echo 3 > "$DROPBOX_ROOT/ta_cnt_day_l1_${day}_v0.0.0.txt"; echo "gap of 3 s" >&2; exit 12')
    expect(attempt).toMatchObject({ outcome: 'made' })
    expect(files[0]?.findings.join()).toContain('its program warned: exit 12: gap of 3 s')
  })

  test.each([
    ['nothing', 'true', 'no cnt day l1 was left in DROPBOX_ROOT; there is nothing'],
    [
      'a file of another product',
      'echo x > "$DROPBOX_ROOT/ta_cnt_day_l2_${day}_v2.0.0.txt"',
      'no cnt day l1 was left in DROPBOX_ROOT; there is ta_cnt_day_l2',
    ],
    ['a file of another day', 'echo x > "$DROPBOX_ROOT/ta_cnt_day_l1_20250101_v0.0.0.txt"', 'is of 2025-01-01, the job is of'],
    [
      'two of one product',
      'for v in 0 1; do echo x > "$DROPBOX_ROOT/ta_cnt_day_l1_${day}_v0.0.$v.txt"; done',
      'several files of cnt day l1',
    ],
    [
      'a file beside it',
      'echo x > "$DROPBOX_ROOT/ta_cnt_day_l1_${day}_v0.0.0.txt"; echo x > "$DROPBOX_ROOT/notes"',
      'undeclared files were written: notes',
    ],
    ['an output that is not what its name says', 'printf "a\\0b" > "$DROPBOX_ROOT/ta_cnt_day_l1_${day}_v0.0.0.txt"', 'octet 1 is NUL'],
  ])('%s is refused in words', async (_what, script, said) => {
    const { attempt, files } = await run(script)
    expect(attempt).toMatchObject({ outcome: 'refused', message: expect.stringContaining(said) })
    expect(files).toEqual([])
  })

  test('a version that is taken is refused, with the first that is free', async () => {
    await run('echo 1 > "$DROPBOX_ROOT/ta_cnt_day_l1_${day}_v0.0.0.txt"')
    days -= 1
    const day = new Date(Date.UTC(2026, 0, 1 + days++)).toISOString().slice(0, 10)
    await home.deliver(`ta_cnt_day_l0_${day.replaceAll('-', '')}_v0.0.1.txt`, 'echo 2 > "$DROPBOX_ROOT/ta_cnt_day_l1_${day}_v0.0.0.txt"\n')
    await home.settle()
    const attempt = await home.db.selectFrom('attempt').select('message').orderBy('id', 'desc').limit(1).executeTakeFirst()
    expect(attempt?.message).toContain('the first that is free is 0.0.1')
  })
})
