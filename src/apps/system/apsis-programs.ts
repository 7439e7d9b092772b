import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const builtin = (name: string): string => join(root, 'src/apps/processors', `${name}.ts`)

/** The programs that come with Apsis, and the folders that programs which use its modules read. */
export const apsisPrograms: { readonly builtins: Readonly<Record<string, string>>; readonly sources: readonly string[] } = {
  builtins: { decommutate: builtin('decommutate'), tabulate: builtin('tabulate'), quicklook: builtin('quicklook') },
  sources: [...['src', 'missions', 'node_modules', '.runtime', 'package.json'].map(name => join(root, name)), process.execPath].filter(
    path => existsSync(path),
  ),
}
