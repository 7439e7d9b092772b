export { isDatabaseAway } from './away.ts'
export { listen } from './listen.ts'
export { instant, openDb, withTx } from './db.ts'
export type { Db, DbConfig, Tx } from './db.ts'
export { migrate } from './migrate.ts'
export { listOf, rowsInto, textsOf } from './rows.ts'
export { perDatabase, together } from './together.ts'
export type { Came } from './together.ts'
export type { CampaignCause, CampaignTable, CodeReleaseTable, HeldOutputTable, StagedOutput } from './schema-remakes.ts'
export { roles } from './schema.ts'
export type {
  AttemptDetail,
  AttemptTable,
  CellHave,
  CellNext,
  CellTable,
  FileTable,
  JobInputRow,
  JobOutputRow,
  JobState,
  JobTable,
  MissionEventTable,
  Outcome,
  QuarantineTable,
  Role,
  Schema,
  Verdict,
} from './schema.ts'
