import type { ParameterType } from './model.ts'
import type { Value } from './value.ts'

export type AlarmLevel = 'normal' | 'watch' | 'warning' | 'distress' | 'critical' | 'severe'

const order: readonly AlarmLevel[] = ['normal', 'watch', 'warning', 'distress', 'critical', 'severe']

const isLevel = (text: string): text is AlarmLevel => (order as readonly string[]).includes(text)

/**
 * How alarming an engineering value is by the static limits of its type: the worst level whose range it leaves, or the level of
 * its label. A value at an inclusive bound is within. `undefined` when the type has no limits.
 */
export function alarmLevel(type: ParameterType, engineering: Value): AlarmLevel | undefined {
  if (type.alarm === undefined) return undefined
  let worst = 0
  for (const { level, min, max, exclusive = [] } of type.alarm.ranges) {
    const value = Number(engineering)
    const below = min !== undefined && (exclusive.includes('min') ? value <= min : value < min)
    const outside = below || (max !== undefined && (exclusive.includes('max') ? value >= max : value > max))
    if (outside) worst = Math.max(worst, order.indexOf(level))
  }
  for (const { level, label } of type.alarm.labels)
    if (label === engineering && isLevel(level)) worst = Math.max(worst, order.indexOf(level))
  return order[worst]
}
