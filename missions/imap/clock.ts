import { elapsedClock, utcMsFromTt2000 } from '#doors/time'

/** Coarse time counts SI seconds from here. */
const missionClock = elapsedClock('2010-01-01T00:00:00Z')

/** Milliseconds of UTC since 1970, whole seconds, of a coarse time. */
export const utcMsFromCoarse = (coarse: number): number => Math.floor(utcMsFromTt2000(missionClock(coarse)) / 1000) * 1000
