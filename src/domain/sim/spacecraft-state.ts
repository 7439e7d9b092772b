import { EARTH_RADIUS_KM, dot, norm, scale, subtract, type Vector3 } from '#domain/orbit'
import type { Values } from '#formats/xtce'
import { gauss } from './random.ts'
import { modeAt, type Schedule } from './schedule.ts'
import { phaseIn, stateIn, type Season, type Spin } from './season.ts'
import { nearestKnot, type Track } from './track.ts'
import type { World } from './truth.ts'

/** Whether the Earth hides the Sun: inside a cylinder of its radius on the night side. */
export function inShadow(position: Vector3, sun: Vector3): boolean {
  const along = dot(position, sun)
  return along < 0 && norm(subtract(position, scale(sun, along))) < EARTH_RADIUS_KM
}

/** Returns the function that gives raw values of a state packet at a moment (TAI s). */
export function makeStateReader(world: World, season: Season, schedule: Schedule, craft: number, track: Track): (time: number) => Values {
  const { rate } = season.spins[craft] as Spin
  return time => {
    const phase = phaseIn(season, craft, time)
    const pulse = time - phase / rate
    const pulseSeconds = Math.floor(pulse)
    const sun = track.sun[nearestKnot(track, time)] as Vector3
    const dark = inShadow(stateIn(season, craft, time).position, sun)
    const fast = modeAt(schedule, time) === 'fast'
    const noise = (k: number): number => gauss(world.seed, 7000 + 10 * craft + k, Math.round(time))
    const orbit = 2 * Math.PI * ((time - season.perigee) / season.period)
    const warmth = (base: number, swing: number, k: number): number =>
      Math.min(255, Math.max(0, Math.round(base + swing * Math.sin(orbit - 0.6 * k) + 0.7 * noise(k))))
    return {
      SC_MODE: fast ? 1 : 0,
      SC_ORBIT: Math.max(0, Math.floor((time - season.perigee) / season.period)),
      SC_SPIN_PHASE: Math.floor((phase / 360) * 65_536) % 65_536,
      SC_SPIN_PERIOD: Math.round(360_000 / rate),
      SC_SUN_SECONDS: pulseSeconds,
      SC_SUN_SUBSECONDS: Math.floor((pulse - pulseSeconds) * 65_536),
      // 0.2 V + 0.55 mV per count: 29.9 V in sunlight, 27.7 V on batteries.
      SC_BUS_VOLTAGE: Math.round((dark ? 50_000 : 54_000) + 120 * noise(0)),
      SC_BATTERY_TEMP: warmth(118, 5, 1),
      SC_FGM_TEMP: warmth(110, 6, 2),
      SC_FPI_TEMP: warmth(fast ? 128 : 121, 4, 3),
      SC_HEATER: dark ? 1 : 0,
      SC_FPI_ON: fast ? 1 : 0,
      SC_ECLIPSE: dark ? 1 : 0,
      SC_SPARE: 0,
    }
  }
}
