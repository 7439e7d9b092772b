export { localStore } from './local.ts'
export { hashFile } from './hash.ts'
export { moveFile } from './move.ts'
export type { Store } from './store.ts'
