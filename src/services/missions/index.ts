export { loadAdapter } from './adapter.ts'
export type { Hooks } from './adapter.ts'
export { loadMission, loadMissions, missionFolders, readMission, readRules } from './load.ts'
