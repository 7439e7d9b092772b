/** What `apsis/cdf` is in Node: the same names, with the zlib and MD5 of Node where no other platform is given. */
import { nodePlatform } from './cdf-node.ts'
import * as anywhere from './cdf.ts'

export * from './cdf.ts'

export const openCdf: typeof anywhere.openCdf = (source, options) => anywhere.openCdf(source, { platform: nodePlatform, ...options })
export const openCdfSync: typeof anywhere.openCdfSync = (source, options) =>
  anywhere.openCdfSync(source, { platform: nodePlatform, ...options })
export const encodeCdf: typeof anywhere.encodeCdf = (dataset, options) =>
  anywhere.encodeCdf(dataset, { platform: nodePlatform, ...options })
export const encodeCdfParts: typeof anywhere.encodeCdfParts = (dataset, options) =>
  anywhere.encodeCdfParts(dataset, { platform: nodePlatform, ...options })
export const openCdfWriter: typeof anywhere.openCdfWriter = (sink, description, options) =>
  anywhere.openCdfWriter(sink, description, { platform: nodePlatform, ...options })
