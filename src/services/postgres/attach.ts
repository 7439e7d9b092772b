import { checkServer } from './database.ts'
import type { PostgresServer } from './server.ts'

/** Uses a server that someone else runs (`DATABASE_URL`): checked once, never stopped by us. */
export async function attachPostgres(url: string): Promise<PostgresServer> {
  await checkServer(url)
  return {
    config: { connectionString: url },
    connectionString: url,
    pid: undefined,
    ended: new Promise(() => undefined),
    stop: async () => undefined,
  }
}
