import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import type { Migration } from 'kysely/migration'
import { SdcError } from '#error'
import { openDb } from './db.ts'
import type { DbConfig } from './db.ts'

const folder = fileURLToPath(new URL('../../../sql/', import.meta.url))

/** Brings a database to the newest schema (`sql/NNNN-….sql`, forward only, each in its transaction). Safe to run from several processes. */
export async function migrate(config: DbConfig): Promise<readonly string[]> {
  const db = openDb(config, 1)
  try {
    const migrator = new Migrator({ db, provider: { getMigrations: readMigrations } })
    const { error, results } = await migrator.migrateToLatest()
    if (error !== undefined) {
      const failed = results?.find(r => r.status === 'Error')?.migrationName ?? 'before the first'
      throw new SdcError(
        'db/migration-failed',
        `migration ${failed} failed: ${error instanceof Error ? error.message : JSON.stringify(error)}`,
        { failed },
        error,
      )
    }
    return (results ?? []).map(r => r.migrationName)
  } finally {
    await db.destroy()
  }
}

async function readMigrations(): Promise<Record<string, Migration>> {
  const names = (await readdir(folder)).filter(name => name.endsWith('.sql')).toSorted()
  const migrations: Record<string, Migration> = {}
  for (const name of names) {
    const text = await readFile(folder + name, 'utf8')
    migrations[name.slice(0, -4)] = {
      up: async db => {
        await sql.raw(text).execute(db)
      },
    }
  }
  return migrations
}
