import { tai1958FromTt2000, tt2000FromTai1958, tt2000FromUtcMs, utcMsFromTt2000 } from '#formats/time'

/** Whole TAI seconds since 1958 of UTC milliseconds. */
export const taiOf = (utcMs: number): number => Math.floor(tai1958FromTt2000(tt2000FromUtcMs(utcMs)))

/** UTC milliseconds of TAI seconds since 1958. */
export const utcOf = (tai: number): number => utcMsFromTt2000(tt2000FromTai1958(tai))
