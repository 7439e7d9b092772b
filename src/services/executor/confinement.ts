import { spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fail } from '#error'
import type { ProgramOrder } from './port.ts'

/** How a program is kept from what is not its own. */
export type Confinement =
  | { readonly kind: 'bwrap' }
  | { readonly kind: 'user'; readonly name: string; readonly uid: number; readonly gid: number }
  | { readonly kind: 'plain'; readonly because: string }

/** `best` takes the first that works here, in this order; a named one that does not work is refused. */
export const confinementChoices = ['best', 'bwrap', 'user', 'plain'] as const
export type ConfinementChoice = (typeof confinementChoices)[number]

/** Memory and processes of a tree are looked at up to twice a second and not held by the kernel: what grows faster gets so far. */
const watched = 'memory and processes watched'

export function describeConfinement(c: Confinement): string {
  if (c.kind === 'bwrap') return `sandbox (bwrap): no network, inputs read-only, nothing else of the machine in view; ${watched}`
  if (c.kind === 'user') return `user ${c.name}: cannot write our files, but has the network and sees the machine; ${watched}`
  return `process group and limits only (${c.because}): has our rights, the network, and sees the machine; ${watched}`
}

/** Finds out by trying; `staging` is where programs will work. Throws `executor/no-confinement` where the chosen one does not work. */
export function chooseConfinement(choice: ConfinementChoice, staging: string, userName = 'nobody'): Confinement {
  if (choice === 'plain') return { kind: 'plain', because: 'chosen so' }
  const why: string[] = []
  for (const kind of choice === 'best' ? (['bwrap', 'user'] as const) : [choice]) {
    const found = kind === 'bwrap' ? tryBwrap() : tryUser(staging, userName)
    if (typeof found !== 'string') return found
    why.push(found)
  }
  const because = why.join('; ')
  return choice === 'best'
    ? { kind: 'plain', because }
    : fail('executor/no-confinement', `programs were to be confined by ${choice}, but ${because}`, { choice })
}

function tryBwrap(): Confinement | string {
  const order = { reads: [], writes: [], folder: '/tmp', scratch: '/tmp', network: false }
  const { error, status, stderr } = spawnSync('bwrap', [...view(order), '--', 'true'], { encoding: 'utf8', timeout: 10_000 })
  if (error !== undefined) return 'bwrap is not installed'
  return status === 0 ? { kind: 'bwrap' } : `bwrap does not work here (${stderr.trim().split('\n')[0]?.slice(0, 120) ?? `exit ${status}`})`
}

/** Another user must be ours to take (root), and must be able to reach the folders programs work in. */
function tryUser(staging: string, name: string): Confinement | string {
  if (process.getuid?.() !== 0) return 'another user id needs root'
  const [, , uid, gid] =
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find(line => line.startsWith(`${name}:`))
      ?.split(':') ?? []
  if (uid === undefined || gid === undefined) return `there is no user ${name}`
  const user = { kind: 'user', name, uid: Number(uid), gid: Number(gid) } as const
  const probe = mkdtempSync(join(existsSync(staging) ? staging : tmpdir(), '.user-'))
  try {
    chownSync(probe, user.uid, user.gid)
    const [file, ...rest] = [
      ...asUser(user),
      process.execPath,
      '-e',
      `require('fs').writeFileSync(${JSON.stringify(join(probe, 'x'))}, '')`,
    ]
    return spawnSync(file, rest, { timeout: 10_000 }).status === 0 ? user : `user ${name} cannot reach ${staging}`
  } finally {
    rmSync(probe, { recursive: true, force: true })
  }
}

const asUser = (user: Confinement & { kind: 'user' }): readonly [string, ...string[]] => [
  'setpriv',
  `--reuid=${user.uid}`,
  `--regid=${user.gid}`,
  '--clear-groups',
  '--pdeathsig=KILL',
  '--',
]

/** The words before a command that confine and limit it. The program dies with who started it; memory and time are watched. */
export function confine(confinement: Confinement, order: ProgramOrder): readonly string[] {
  const { limits } = order
  // Soft below hard: the soft limit's signal says which one it was. No limit by address space: it kills Node (stack note 5).
  const limited = ['prlimit', `--cpu=${limits.cpuSeconds}:${limits.cpuSeconds + 5}`, `--fsize=${limits.fileSize}`, '--core=0', '--']
  if (confinement.kind === 'bwrap') return [...limited, 'bwrap', ...view(order), '--']
  if (confinement.kind === 'user') return [...asUser(confinement), ...limited]
  return ['setpriv', '--pdeathsig=KILL', '--', ...limited]
}

/** Gives a program's own folders to the user it runs as. */
export function handOver(confinement: Confinement, order: ProgramOrder): void {
  if (confinement.kind !== 'user') return
  for (const folder of [order.folder, order.scratch, ...order.writes]) chownSync(folder, confinement.uid, confinement.gid)
}

/** Of /etc only what programs need to name things and what interpreters read at their start: keys and password hashes stay out of view. */
const settings = ['passwd', 'group', 'nsswitch.conf', 'hosts', 'localtime', 'ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'alternatives']
const interpreterSettings = /^(?:java.*|python\d.*|perl|R|fonts|idl|ImageMagick.*)$/
const networkSettings = ['resolv.conf', 'ssl', 'ca-certificates', 'services']
let found: readonly string[] | undefined
const interpreters = (): readonly string[] => (found ??= readdirSync('/etc').filter(name => interpreterSettings.test(name)))
/** Above this many inputs their folders are shown instead: mounting costs more with each mount there is. */
const mostMounts = 64

function view(order: Pick<ProgramOrder, 'reads' | 'writes' | 'folder' | 'scratch' | 'network'>): readonly string[] {
  const reads = order.reads.length > mostMounts ? new Set(order.reads.map(path => dirname(path))) : new Set(order.reads)
  return [
    '--unshare-all',
    '--die-with-parent',
    '--cap-drop',
    'ALL',
    ...(order.network ? ['--share-net'] : []),
    // As root of its own namespace a program would find itself with rights that it has not.
    ...(process.getuid?.() === 0 ? ['--unshare-user', '--uid', '65534', '--gid', '65534'] : []),
    ...['/usr', '/bin', '/sbin', '/lib', '/lib64', '/opt'].flatMap(path => ['--ro-bind-try', path, path]),
    ...[...settings, ...interpreters(), ...(order.network ? networkSettings : [])].flatMap(name => [
      '--ro-bind-try',
      `/etc/${name}`,
      `/etc/${name}`,
    ]),
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--tmpfs',
    '/tmp',
    ...[...reads].flatMap(path => ['--ro-bind', path, path]),
    ...[order.scratch, order.folder, ...order.writes].flatMap(path => ['--bind', path, path]),
    '--chdir',
    order.folder,
  ]
}
