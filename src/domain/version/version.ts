import { fail } from '#error'

/** Integers in the order of the scheme's parts, e.g. [interface, quality, revision]. Compared as numbers, never as text. */
export type Version = readonly number[] & { readonly unit?: 'version' }

export const versionParts = ['interface', 'quality', 'revision'] as const
export type VersionPart = (typeof versionParts)[number]

/**
 * How a mission writes versions: which parts, and their text. `{revision:2}` pads to two digits; `[.{revision:4}]` is left out where
 * the number is 0.
 */
export interface VersionScheme {
  readonly id: string
  readonly parts: readonly VersionPart[]
  readonly written: string
}

type Token = { readonly text: string } | { readonly part: VersionPart; readonly width: number } | { readonly optional: readonly Token[] }

function tokensOf(written: string): readonly Token[] {
  const tokens: Token[] = []
  for (const m of written.matchAll(/\{(interface|quality|revision)(?::(\d+))?\}|\[([^\]]*)\]|[^{[]+|./g)) {
    if (m[1] !== undefined) tokens.push({ part: m[1] as VersionPart, width: Number(m[2] ?? 1) })
    else tokens.push(m[3] === undefined ? { text: m[0] } : { optional: tokensOf(m[3]) })
  }
  return tokens
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)

/** `number` says how a number's pattern is captured. */
function patternOf(tokens: readonly Token[], number: (part: VersionPart, pattern: string) => string): string {
  const one = (token: Token): string => {
    if ('text' in token) return escape(token.text)
    if ('optional' in token) return `(?:${patternOf(token.optional, number)})?`
    return number(token.part, token.width > 1 ? String.raw`\d{${token.width},}` : String.raw`\d+`)
  }
  return tokens.map(one).join('')
}

/** A regular expression (text) that matches the scheme's versions and nothing else; no capturing groups. */
export const versionPattern = (scheme: VersionScheme): string => patternOf(tokensOf(scheme.written), (_, pattern) => pattern)

/** Reads `5.87.0` by the scheme; undefined where the text is not one of its versions. */
export function parseVersion(scheme: VersionScheme, text: string): Version | undefined {
  const match = new RegExp(`^${patternOf(tokensOf(scheme.written), (part, pattern) => `(?<${part}>${pattern})`)}$`).exec(text)
  return match === null ? undefined : scheme.parts.map(part => Number(match.groups?.[part] ?? 0))
}

export function formatVersion(scheme: VersionScheme, version: Version): string {
  if (version.length !== scheme.parts.length)
    fail('version/wrong-length', `scheme ${scheme.id} has ${scheme.parts.length} parts, the version has ${version.length}`, { version })
  const numberOf = (part: VersionPart): number => version[scheme.parts.indexOf(part)] ?? 0
  const print = (tokens: readonly Token[]): string => tokens.map(printOne).join('')
  const printOne = (token: Token): string => {
    if ('text' in token) return token.text
    if ('part' in token) return String(numberOf(token.part)).padStart(token.width, '0')
    const empty = token.optional.every(t => !('part' in t) || numberOf(t.part) === 0)
    return empty ? '' : print(token.optional)
  }
  return print(tokensOf(scheme.written))
}

/** Negative where a is older than b. */
export function compareVersions(a: Version, b: Version): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
