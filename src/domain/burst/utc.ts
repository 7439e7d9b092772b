import { formatUtc, tt2000FromTai1958 } from '#formats/time'

/** TAI seconds as `2015-06-12T17:20:05` UTC. */
export const utcOf = (tai: number): string => (Number.isFinite(tai) ? formatUtc(tt2000FromTai1958(tai), 0, '') : 'no time')

/** A figure of merit as sentences show it. */
export const figure = (fom: number): number => Number(fom.toFixed(2))
