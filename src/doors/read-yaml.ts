import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { fail } from '#error'

/**
 * The value of a YAML file that a program is told to read; `edit` may fill in words before it is parsed. Throws `job/parameter`
 * with the file and the place where it is malformed. Apart from `#doors/job`, so that programs without YAML start faster.
 */
export function readYaml(path: string, edit: (text: string) => string = text => text): unknown {
  const text = readFileSync(path, 'utf8')
  try {
    return parse(edit(text))
  } catch (cause) {
    const [what] = (cause instanceof Error ? cause.message : String(cause)).split('\n')
    return fail('job/parameter', `${path}: ${what}`, { path }, cause)
  }
}
