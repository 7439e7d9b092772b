import { tai1958FromTt2000, tt2000FromUtcMs } from '#formats/time'

/** Whole TAI seconds since 1958 of UTC milliseconds. */
export const taiOf = (utcMs: number): number => Math.floor(tai1958FromTt2000(tt2000FromUtcMs(utcMs)))
