import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Identify, Mission } from '#domain/mission'
import { SdcError, fail } from '#error'

/** The hooks that a mission's adapters may give, by name, and what they export. */
export interface Hooks {
  /** Raw deliveries whose names fit no template: from name and first bytes to product and start. */
  readonly identify: Identify
}

/**
 * The function that the mission's adapter module exports under the hook's name; undefined where the mission declares none.
 * Throws `mission/bad-adapter` where the module cannot be loaded or exports no such function.
 */
export async function loadAdapter<Hook extends keyof Hooks>(mission: Mission, hook: Hook): Promise<Hooks[Hook] | undefined> {
  const path = mission.adapters[hook]
  if (path === undefined) return undefined
  const url = pathToFileURL(resolve(mission.folder, path)).href
  const loaded: unknown = await import(url).catch((cause: unknown) => {
    throw new SdcError('mission/bad-adapter', `the adapter ${path} of mission ${mission.id} cannot be loaded`, { path }, cause)
  })
  const found = (loaded as Readonly<Record<string, unknown>>)[hook]
  if (typeof found !== 'function')
    return fail('mission/bad-adapter', `the adapter ${path} of mission ${mission.id} exports no function "${hook}"`, { path })
  return found as Hooks[Hook]
}
