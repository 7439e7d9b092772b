export { flyMission, readFlightLog, simulatedMission } from './fly.ts'
export type { FlightOrder } from './flight.ts'
export { openDisplay, readProgress } from './progress.ts'
export { summaryLines } from './summary.ts'
