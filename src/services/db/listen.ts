import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import type { DbConfig } from './db.ts'

/**
 * Calls `heard` whenever somebody notifies the channel, and after each new connection, until it is told to stop. A hint: what is lost while
 * the connection is away is found by whoever looks anyway.
 */
export async function listen(config: DbConfig, channel: string, heard: () => void, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const client = new pg.Client(config)
    const ended = new Promise<void>(resolve => {
      client.on('error', () => resolve())
      client.on('end', () => resolve())
      stop.addEventListener('abort', () => resolve(), { once: true })
    })
    try {
      await client.connect()
      client.on('notification', heard)
      await client.query(`listen ${pg.escapeIdentifier(channel)}`)
      heard()
      await ended
    } catch {
      // tried again below
    }
    await client.end().catch(() => undefined)
    await pause(1000, undefined, { signal: stop }).catch(() => undefined)
  }
}
