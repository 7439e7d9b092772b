import type { Span } from '#domain/partition'
import type { EventFact, SourceCell } from '#domain/plan'
import { missionEventsIn } from '#services/catalog'
import type { Db, Tx } from '#services/db'
import { cellsIn } from './sql.ts'

/** What says where else a change matters. */
export interface Surroundings {
  cellsIn(mission: string, datasets: readonly string[], window: Span): Promise<readonly SourceCell[]>
  /** Mission events (also contacts, by their data) that touch a time, or once began with it. */
  missionEvents(mission: string, spacecraft: string, window: Span): Promise<readonly EventFact[]>
}

export const surroundingsIn = (db: Db | Tx): Surroundings => ({
  cellsIn: (...question) => cellsIn(db, ...question),
  missionEvents: (...question) => missionEventsIn(db, ...question),
})
