import { fail } from '#error'

/** Integers in the order of the scheme's parts, e.g. [interface, quality, revision]. Compared as numbers, never as text. */
export type Version = readonly number[] & { readonly unit?: 'version' }

export const versionParts = ['interface', 'quality', 'revision'] as const
export type VersionPart = (typeof versionParts)[number]

/** How a mission writes versions: which parts, and their text (`{revision:2}` pads to two digits). */
export interface VersionScheme {
  readonly id: string
  readonly parts: readonly VersionPart[]
  readonly written: string
}

const slot = /\{(interface|quality|revision)(?::(\d+))?\}/g
const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

/** A regular expression (text) that matches the scheme's versions and nothing else; no capturing groups. */
export function versionPattern(scheme: VersionScheme): string {
  let pattern = ''
  let at = 0
  for (const m of scheme.written.matchAll(slot)) {
    pattern += escape(scheme.written.slice(at, m.index)) + (m[2] === undefined ? String.raw`\d+` : String.raw`\d{${m[2]},}`)
    at = m.index + m[0].length
  }
  return pattern + escape(scheme.written.slice(at))
}

/** Reads `5.87.0` by the scheme; undefined where the text is not one of its versions. */
export function parseVersion(scheme: VersionScheme, text: string): Version | undefined {
  const order: VersionPart[] = []
  let pattern = ''
  let at = 0
  for (const m of scheme.written.matchAll(slot)) {
    pattern += `${escape(scheme.written.slice(at, m.index))}(\\d+)`
    order.push(m[1] as VersionPart)
    at = m.index + m[0].length
  }
  const match = new RegExp(`^${pattern}${escape(scheme.written.slice(at))}$`).exec(text)
  if (match === null || !new RegExp(`^${versionPattern(scheme)}$`).test(text)) return undefined
  return scheme.parts.map(part => Number(match[order.indexOf(part) + 1]))
}

export function formatVersion(scheme: VersionScheme, version: Version): string {
  if (version.length !== scheme.parts.length)
    fail('version/wrong-length', `scheme ${scheme.id} has ${scheme.parts.length} parts, the version has ${version.length}`, { version })
  return scheme.written.replace(slot, (_, part: VersionPart, width?: string) =>
    String(version[scheme.parts.indexOf(part)]).padStart(Number(width ?? 0), '0'),
  )
}

/** Negative where a is older than b. */
export function compareVersions(a: Version, b: Version): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
