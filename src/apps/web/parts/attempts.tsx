import type { JSX } from 'preact'
import type { AttemptEntry } from '#services/access'
import { formatDuration, formatSecond } from '../words.ts'
import { StateMark } from './state.tsx'

/** What says nothing about the program is named, not reddened. */
const Outcome = ({ outcome }: { outcome: AttemptEntry['outcome'] }): JSX.Element => {
  if (outcome === null) return <StateMark shown="running" />
  if (outcome === 'lost' || outcome === 'fault') return <>{outcome === 'lost' ? 'worker lost' : "worker's fault"}</>
  return outcome === 'cancelled' ? <>cancelled</> : <StateMark shown="failed" />
}

export const Attempts = ({ attempts, job }: { attempts: readonly AttemptEntry[]; job: number }): JSX.Element => (
  <div class="wide">
    <table class="rows fit">
      <caption class="quiet">Tries at job {job}</caption>
      <thead>
        <tr>
          <th scope="col" class="num">
            Try
          </th>
          <th scope="col">Began</th>
          <th scope="col" class="num">
            Took
          </th>
          <th scope="col">Outcome</th>
          <th scope="col">Said</th>
        </tr>
      </thead>
      <tbody>
        {attempts.map(a => (
          <tr key={a.number}>
            <td class="num">{a.number}</td>
            <td class="time">{formatSecond(a.started)}</td>
            <td class="num">{a.ended === null ? 'running' : formatDuration(a.ended - a.started)}</td>
            <td>{a.outcome === 'made' ? 'made' : <Outcome outcome={a.outcome} />}</td>
            <td>{a.message ?? (a.exitCode === null ? '' : `exit ${a.exitCode}`)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
