export { findEnvironment, readEnvironment, recordEnvironment } from './environment.ts'
export type { Environment } from './environment.ts'
export { openOrigin } from './origin.ts'
export type { CodeOrigin } from './origin.ts'
export {
  codeInProduction,
  findRelease,
  lastReport,
  listReleases,
  moveRelease,
  productionOf,
  promoteRelease,
  recordReport,
  registerRelease,
  rollBack,
} from './releases.ts'
export type { CodeInProduction, CodeReport, Registration, Release } from './releases.ts'
export { codeStore } from './store.ts'
export type { CodeStore } from './store.ts'
export type { Tree, TreeEntry } from './tree.ts'
