import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fail } from '#error'

/**
 * As whom the server runs. PostgreSQL refuses root: `namespace` shows it another user id while the files stay root's;
 * `nobody` is for systems that forbid user namespaces.
 */
export type Identity = 'self' | 'namespace' | 'nobody'

export interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly user?: { readonly uid: number; readonly gid: number }
}

/** What this process can do on this system. */
export function chooseIdentity(): Identity {
  if (process.getuid?.() !== 0) return 'self'
  return canRun('unshare', [...namespaceOptions(), 'true']) ? 'namespace' : 'nobody'
}

/** The command that runs `program` as `identity`; with `dieWithParent` the kernel interrupts it when this process ends in any way. */
export function wrapCommand(identity: Identity, program: string, args: readonly string[], dieWithParent: boolean): Command {
  const inside = identity === 'namespace' ? ['unshare', ...namespaceOptions(), program, ...args] : [program, ...args]
  // INT is PostgreSQL's fast shutdown: sessions are ended, a checkpoint is written
  const whole = dieWithParent && canRun('setpriv', ['--pdeathsig', 'INT', 'true']) ? ['setpriv', '--pdeathsig', 'INT', ...inside] : inside
  const [first = program, ...rest] = whole
  return { program: first, args: rest, ...(identity === 'nobody' ? { user: findNobody() } : {}) }
}

/** Gives a folder and all in it to nobody; the folders above must let nobody pass. */
export function giveToNobody(folder: string): void {
  const { uid, gid } = findNobody()
  execFileSync('chown', ['-R', `${uid}:${gid}`, folder])
  const seen = spawnSync('test', ['-w', folder], { uid, gid })
  if (seen.status !== 0) {
    fail(
      'postgres/no-access',
      `PostgreSQL does not run as root, and the user nobody cannot enter ${folder}: choose a home outside of closed folders such as /root, or start as an ordinary user`,
      { folder },
    )
  }
}

function canRun(program: string, args: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: 'ignore' }).status === 0
}

/** initdb looks its user up in the system's list and ends if there is none: any user of the list but root and nobody will do. */
function namespaceOptions(): readonly string[] {
  const user = readUsers().find(({ uid }) => uid !== 0 && uid !== 65_534)?.uid ?? 65_534
  return ['--user', `--map-user=${user}`, `--map-group=${user}`]
}

function findNobody(): { readonly uid: number; readonly gid: number } {
  return readUsers().find(({ name }) => name === 'nobody') ?? { uid: 65_534, gid: 65_534 }
}

function readUsers(): readonly { readonly name: string; readonly uid: number; readonly gid: number }[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map(line => line.split(':'))
    .flatMap(([name, , uid, gid]) => (name && uid && gid ? [{ name, uid: Number(uid), gid: Number(gid) }] : []))
}
