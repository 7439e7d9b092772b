/** CDF reader and writer for any platform: what the package's main door gives. */
export * from '#formats/cdf'
export { blobSource, urlSource, type BlobLike, type FetchLike, type UrlOptions } from './cdf-sources.ts'
