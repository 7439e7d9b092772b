export { localStore } from './local.ts'
export { hashFile } from './hash.ts'
export type { Store } from './store.ts'
