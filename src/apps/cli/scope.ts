import type { Mission } from '#domain/mission'
import { SdcError } from '#error'

/** The mission that is meant: the named one, else the only one. */
export function oneMission(missions: readonly Mission[], id: string | undefined): Mission {
  const known = missions.map(m => m.id).join(', ')
  const [first, ...others] = missions
  if (id !== undefined) {
    const found = missions.find(m => m.id === id)
    if (found === undefined) throw new SdcError('scope/no-such-mission', `there is no mission ${id} here; there is ${known}`)
    return found
  }
  if (first === undefined || others.length > 0) throw new SdcError('scope/which-mission', `say which mission: --mission, one of ${known}`)
  return first
}

/** `2026-11-01..2026-11-08`, the end exclusive; one day alone means that day. UTC milliseconds. Throws `scope/bad-range`. */
export function parseRange(text: string): { readonly from: number; readonly to: number } {
  const [first = '', last] = text.split('..')
  const from = Date.parse(first.length === 10 ? `${first}T00:00:00Z` : first)
  const to = last === undefined ? from + 86_400_000 : Date.parse(last.length === 10 ? `${last}T00:00:00Z` : last)
  if (!(from < to)) throw new SdcError('scope/bad-range', `"${text}" is no range: write 2026-11-01..2026-11-08 (the end is not in it)`)
  return { from, to }
}
