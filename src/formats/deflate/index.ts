/** Deflate for any platform: inflate in plain TypeScript, zlib streams (RFC 1950), and stored blocks where nothing can compress. */
export { inflateHead, inflateRaw } from './inflate.ts'
export { storeRaw } from './store.ts'
export { deflateZlib, inflateZlib, type DeflatePlatform } from './zlib.ts'
