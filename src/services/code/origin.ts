import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { fail } from '#error'

const run = promisify(execFile)

/** Where code to register lies, and in words where it comes from. */
export interface CodeOrigin {
  readonly folder: string
  readonly source: string
  close(): Promise<void>
}

/**
 * A folder; or a commit, tag or branch of a git repository (`repository`, default the working directory), checked out aside; `inside`
 * takes a folder of it. Throws `code/no-source`.
 */
export async function openOrigin(text: string, repository: string, inside: string): Promise<CodeOrigin> {
  const folder = resolve(text)
  if (
    await stat(folder).then(
      s => s.isDirectory(),
      () => false,
    )
  )
    return { folder: join(folder, inside), source: `folder ${folder}`, close: async () => undefined }
  const git = (...words: string[]): Promise<{ stdout: string }> => run('git', ['-C', repository, ...words], { maxBuffer: 1 << 26 })
  const commit = await git('rev-parse', '--verify', '--quiet', '--end-of-options', `${text}^{commit}`).then(
    ({ stdout }) => stdout.trim(),
    (cause: unknown) =>
      fail('code/no-source', `${text} is neither a folder nor a commit of a git repository in ${resolve(repository)}`, {}, cause),
  )
  const aside = await mkdtemp(join(tmpdir(), 'apsis-code-'))
  const close = (): Promise<void> => rm(aside, { recursive: true, force: true })
  try {
    const archive = join(aside, 'code.tar')
    await git('archive', '--format=tar', `--output=${archive}`, commit)
    await run('tar', ['-xf', archive, '-C', aside])
    await rm(archive)
    const chosen = join(aside, inside)
    if (!existsSync(chosen)) fail('code/no-source', `${text} has no folder ${inside}`)
    return { folder: chosen, source: `git ${commit.slice(0, 12)} (${text})${inside === '' ? '' : ` ${inside}`}`, close }
  } catch (error) {
    await close()
    throw error
  }
}
