import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { builtinPrograms } from '#domain/mission'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const builtin = (name: string): string => join(root, 'src/apps/processors', `${name}.ts`)

/** The programs that come with Apsis, and the folders that programs which use its modules read. */
export const apsisPrograms: { readonly builtins: Readonly<Record<string, string>>; readonly sources: readonly string[] } = {
  builtins: Object.fromEntries(builtinPrograms.map(name => [name, builtin(name)])),
  sources: [...['src', 'missions', 'node_modules', '.runtime', 'package.json'].map(name => join(root, name)), process.execPath].filter(
    path => existsSync(path),
  ),
}
