/**
 * CDF (NASA's Common Data Format): reader, writer, and the ISTP check. Pure: bytes come from a {@link Source}, faster
 * inflate and MD5 from a {@link CdfPlatform}; `#doors/cdf-node` binds both for Node (`openCdfFile`, `writeCdfFile`).
 *
 *     const cdf = await openCdf(bytes)                       // or any Source: file, Blob, URL with ranges
 *     cdf.attributes.get('Project')?.[0]?.value               // global attribute, first entry
 *     const b = cdf.variables.get('B_gse') ?? …
 *     b.type, b.dims, b.records, b.attributes.get('UNITS')?.value
 *     const { shape, values } = await b.read({ first: 0, count: 1000 })  // [1000, 3], Float32Array
 *     const times = (await epoch.read()).values as BigInt64Array          // TT2000; see utcMsFromTt2000Array of #formats/time
 *
 *     const file = encodeCdf({
 *       attributes: { Project: 'STP>Solar Terrestrial', TEXT: ['line one', 'line two'] },
 *       variables: [
 *         { name: 'Epoch', type: 'CDF_TIME_TT2000', values: times, attributes: { UNITS: 'ns' } },
 *         { name: 'B', type: 'CDF_REAL4', dims: [3], values: field, compression: 'gzip', attributes: { DEPEND_0: 'Epoch' } },
 *       ],
 *     }, { platform })
 *
 * Values are flat typed arrays in row order; shapes are `[records, ...dims]` and never collapsed. INT8 and TT2000 are
 * BigInt64Array, strings `string[]`, EPOCH16 a Float64Array of (seconds, picoseconds) pairs. Errors are `SdcError` with a
 * {@link CdfCode}.
 */
export type { CdfCode } from './codes.ts'
export type {
  AttributeValue,
  Cdf,
  CdfChunk,
  CdfCompression,
  CdfDamage,
  CdfData,
  CdfEntry,
  CdfExtent,
  CdfHeader,
  CdfVariable,
  ChunkRange,
  Dataset,
  DatasetDescription,
  DatasetVariable,
  ReadRange,
  TypedAttribute,
  VariableDescription,
} from './model.ts'
export { openCdf, openCdfSync } from './open.ts'
export type { CdfOptions } from './options.ts'
export type { CdfPlatform, InflateJob, Md5 } from './platform.ts'
export { isText, isTime, type CdfNumbers, type CdfType, type CdfValues } from './types.ts'
export type { CdfSource } from './window.ts'
export { dumpCdf, dumpError, type DumpOptions } from './dump.ts'
export { toDataset, toDatasetVariable } from './dataset.ts'
export { encodeCdf, encodeCdfParts } from './encode/encode.ts'
export type { EncodeOptions } from './encode/options.ts'
export { openCdfWriter, type CdfSink, type CdfWriter } from './encode/stream.ts'
export { checkIstp, checkIstpValues, watchIstpValues, type IstpValueWatch } from './istp/check.ts'
export { isIstpRuleName } from './istp/model.ts'
export type { IstpFinding, IstpOptions, IstpRule, IstpRuleName, IstpSeverities, IstpSeverity } from './istp/model.ts'
export { istpRules } from './istp/rules.ts'
export { digestScience, type LookAt, type TakeBytes } from './science.ts'
export { diffCdf, type AttributeDiff, type CdfDiff, type VariableDiff } from './diff.ts'
