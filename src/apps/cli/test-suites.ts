import type { NeedName } from './test-needs.ts'

/** A part of the tests that stands or falls with something of the machine. */
export interface Suite {
  readonly name: string
  readonly needs: readonly NeedName[]
  /**
   * `run`: a vitest run of its own over these paths. `within`: tests inside the main run, which skip themselves by name when
   * the need is absent.
   */
  readonly how:
    | { readonly run: readonly string[]; readonly without?: readonly string[]; readonly environment?: Readonly<Record<string, string>> }
    | 'within'
}

/** What the main run covers; the paths of the other runs are taken out of it. */
export const mainRun: readonly string[] = ['src', 'missions', 'test']

/** The one table of suites that can be left out. */
export const suites: readonly Suite[] = [
  { name: 'real files and the CDF corpus', needs: ['shared'], how: 'within' },
  { name: 'processing programs in Python', needs: ['python'], how: 'within' },
  { name: 'clients of the field and other readers', needs: ['clients'], how: 'within' },
  { name: 'the site in a browser', needs: ['chromium'], how: 'within' },
  { name: 'programs in a sandbox', needs: ['sandbox'], how: 'within' },
  { name: 'programs on a real Slurm', needs: ['slurm'], how: { run: ['test/slurm'] } },
  {
    name: 'services on PostgreSQL 15',
    needs: ['postgres15'],
    // the starting of the embedded server is no matter of the version outside, and what is rehearsed in memory asks no database
    how: {
      run: ['src/services'],
      without: ['src/services/postgres', 'src/services/pipeline/interleavings.test.ts', 'src/services/pipeline/rehearse.test.ts'],
      environment: { APSIS_TEST_PG15: '1' },
    },
  },
  { name: 'launcher, from a fresh clone', needs: ['git', 'registry'], how: { run: ['test/packaging'] } },
]

/** Lines covered in each of these layers, in percent; below the floor the tests fail. */
export const coverageFloor = 90
export const coverageWanted = 96
export const coveredLayers: readonly string[] = ['formats', 'domain', 'services']
