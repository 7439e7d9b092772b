/**
 * Times of space physics: TT2000, UTC with leap seconds, TAI, CDF's EPOCH and EPOCH16, and half-open intervals.
 *
 * Inside Apsis a moment is a {@link Tt2000}; text and `Date` milliseconds stop at the border:
 *
 *     const t = parseUtc('2016-12-31T23:59:60.5Z')
 *     formatUtc(t, 3)          // '2016-12-31T23:59:60.500Z'
 *     formatUtc(t, 0, '')      // '2016-12-31T23:59:60'
 *     utcMsFromTt2000Array(epochs)  // BigInt64Array -> Float64Array of UTC ms, for plots
 *
 * Conversions that need leap seconds take a table as their last argument; without it the process-wide one is used.
 */
export { civilFromDays, daysFromCivil, type CivilDate } from './calendar.ts'
export {
  builtInLeapTable,
  leapTable,
  makeLeapTable,
  replaceLeapTable,
  taiMinusUtcNs,
  type LeapEntry,
  type LeapStep,
  type LeapTable,
} from './leap-seconds.ts'
export {
  TT2000_FILL,
  TT2000_PAD,
  formatDoy,
  formatUtc,
  parseDoy,
  parseUtc,
  tt2000,
  utcLabel,
  type Tt2000,
  type UtcLabel,
} from './tt2000.ts'
export { tt2000FromUtcMs, utcMsFromTt2000, utcMsFromTt2000Array } from './unix.ts'
export { tai1958FromTt2000, tai1958NsFromTt2000, tt2000FromTai1958 } from './tai.ts'
export {
  EPOCH_FILL,
  EPOCH_OF_1970_MS,
  epoch16FromTt2000,
  epochFromTt2000,
  formatEpoch,
  formatEpoch16,
  parseEpoch,
  parseEpoch16,
  tt2000FromEpoch,
  tt2000FromEpoch16,
  utcMsFromEpoch,
  utcMsFromEpoch16,
  type Epoch16,
} from './epoch.ts'
export { contains, gaps, intersect, interval, merge, overlaps, type Interval } from './interval.ts'
export { elapsedClock, kernelClock, parseClockKernel, utcClock, type ClockKernel, type SpacecraftClock } from './spacecraft-clock.ts'
