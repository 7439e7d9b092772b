import type { Version, VersionPart, VersionScheme } from './version.ts'
import { compareVersions } from './version.ts'

/** Why a file is remade, in falling weight. */
export type Rise = VersionPart

/** What is known of one input of a file: its identity without version, and its version. */
export interface ParentVersion {
  readonly dataset: string
  readonly partition: string
  readonly version: Version
  readonly scheme: VersionScheme
}

/** What a change of code raises, as its release declares. */
export type CodeRise = 'quality' | 'revision'

/**
 * The version law (dbprocessing's, after other-data-centers 1.6): quality rises if an input rose in quality or interface, if the
 * set of inputs changed, or if the code did and its release declares a rise of quality; revision on anything less. Interface rises only
 * by declaration, see {@link nextVersion}. An input that went back to an older version is a change like one that rose.
 */
export function riseOf(before: readonly ParentVersion[], after: readonly ParentVersion[], code?: CodeRise): Rise {
  if (code === 'quality') return 'quality'
  const key = (p: ParentVersion) => `${p.dataset} ${p.partition}`
  const old = new Map(before.map(p => [key(p), p]))
  if (after.length !== old.size || after.some(p => !old.has(key(p)))) return 'quality'
  const rose = (p: ParentVersion, part: VersionPart) => {
    const i = p.scheme.parts.indexOf(part)
    return i >= 0 && p.version[i] !== old.get(key(p))?.version[i]
  }
  return after.some(p => rose(p, 'interface') || rose(p, 'quality')) ? 'quality' : 'revision'
}

/**
 * The version after `latest` (undefined: the first one). `declared` is the product's interface number: a higher one than the latest
 * file's starts a new interface; a lower one is never gone back to. The result is always above `latest`.
 */
export function nextVersion(scheme: VersionScheme, latest: Version | undefined, declared: number, rise: Rise): Version {
  const first = scheme.parts.map(part => (part === 'interface' ? declared : 0))
  if (latest === undefined) return first
  if (scheme.parts.includes('interface') && compareVersions(first, latest) > 0) return first
  // A scheme without the part that should rise raises its last part: every remake must be told apart.
  const wanted = scheme.parts.indexOf(rise === 'interface' ? 'quality' : rise)
  const at = wanted < 0 ? scheme.parts.length - 1 : wanted
  return latest.map((n, i) => (i < at ? n : i === at ? n + 1 : 0))
}
