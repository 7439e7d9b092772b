import type { JSX } from 'preact'
import { shownStates } from '#domain/plan'
import type { Shown } from '#domain/plan'

/** Shape first, then colour, then the word: nothing is said by colour alone. */
const glyphs: Readonly<Record<Shown, string>> = {
  made: '',
  partial: '◪',
  running: '▸',
  waiting: '–',
  'not due': '·',
  late: '!',
  failed: '✕',
  held: '‖',
  'no data': '∅',
  'not expected': '○',
  lost: '⁄',
  waived: '~',
}

export const stateClass = (shown: Shown): string => `s-${shown.replace(' ', '-')}`

export const StateCell = ({ shown }: { shown: Shown }): JSX.Element => (
  <span class={`cell ${stateClass(shown)}`} aria-hidden="true">
    {shown === 'partial' ? '' : glyphs[shown]}
  </span>
)

export const StateMark = ({ shown }: { shown: Shown }): JSX.Element => (
  <span class="state">
    <StateCell shown={shown} /> {shown}
  </span>
)

export const Legend = ({ states }: { states: readonly Shown[] }): JSX.Element => (
  <p class="legend">
    {shownStates
      .filter(s => states.includes(s))
      .map(s => (
        <StateMark shown={s} key={s} />
      ))}
  </p>
)
