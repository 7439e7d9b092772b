import type { JSX } from 'preact'
import type { CellEntry, JobEntry, Refused } from '#services/access'
import { jobHref, whyHref } from '../parts/links.ts'
import { Remakes } from '../parts/remakes.tsx'
import { Sentence } from '../parts/said.tsx'
import { StateMark } from '../parts/state.tsx'
import type { CellGroup, Frame, OpsView } from '../view.ts'
import { formatAge, formatBytes, formatCount, formatMoment, formatNumberOf, formatPartition } from '../words.ts'

export const Ops = ({ frame, view }: { frame: Frame; view: OpsView }): JSX.Element => (
  <>
    <h1>{view.title}</h1>
    <Sentence said={view.sentence} />
    <p class="legend">
      {view.states.map(s => (
        <span key={s.shown}>
          <StateMark shown={s.shown} /> <strong>{formatCount(s.count)}</strong>
        </span>
      ))}
    </p>
    <section aria-labelledby="open">
      <h2 id="open">Not made, and why</h2>
      {view.open.length === 0 ? <p>Nothing: everything that is due is made.</p> : <Cells groups={view.open} now={frame.now} />}
    </section>
    <section aria-labelledby="running">
      <h2 id="running">Running and next</h2>
      {view.running.length === 0 ? <p>No job runs or waits.</p> : <Jobs jobs={view.running} now={frame.now} />}
    </section>
    <section aria-labelledby="failed">
      <h2 id="failed">Last failures</h2>
      {view.failed.length === 0 ? <p>No job has failed.</p> : <Jobs jobs={view.failed} now={frame.now} />}
    </section>
    {view.remakes === undefined ? null : <Remakes view={view.remakes} now={frame.now} />}
    <section aria-labelledby="refused">
      <h2 id="refused">Quarantine</h2>
      {view.refused.count === 0 ? (
        <p>No delivery was refused.</p>
      ) : view.refused.list === undefined ? (
        <p>
          {formatNumberOf(view.refused.count, 'delivery was', 'deliveries were')} refused. Names and reasons are for the team: sign in with
          a token of the role team or more.
        </p>
      ) : (
        <RefusedList list={view.refused.list} now={frame.now} />
      )}
    </section>
  </>
)

const Cells = ({ groups, now }: { groups: readonly CellGroup[]; now: number }): JSX.Element => (
  <div class="wide">
    <table class="rows reasons">
      <caption class="quiet">Expectations that are not at rest, those with like reasons together</caption>
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Dataset and partition</th>
          <th scope="col">Due</th>
          <th scope="col">Reason</th>
        </tr>
      </thead>
      <tbody>
        {groups.map(({ first, others }) => (
          <tr key={`${first.mission} ${first.dataset} ${first.partition}`}>
            <td>
              <StateMark shown={first.shown} />
            </td>
            <td>
              <CellLink cell={first} />
              {others.length === 0 ? null : (
                <details>
                  <summary>and {others.length} more like it</summary>
                  <ul class="plain">
                    {others.map(c => (
                      <li key={`${c.dataset} ${c.partition}`}>
                        <CellLink cell={c} />
                      </li>
                    ))}
                  </ul>
                </details>
              )}
            </td>
            <td class="time" title={first.due === null ? '' : formatMoment(first.due)}>
              {first.due === null ? '' : formatAge(first.due, now)}
            </td>
            <td class="text">{first.reason.text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

const CellLink = ({ cell }: { cell: CellEntry }): JSX.Element => (
  <a class="mono" href={whyHref(cell.mission, cell.dataset, cell.partition)}>
    {cell.dataset} {formatPartition(cell.partition)}
  </a>
)

const Jobs = ({ jobs, now }: { jobs: readonly JobEntry[]; now: number }): JSX.Element => (
  <div class="wide">
    <table class="rows reasons">
      <caption class="quiet">Jobs</caption>
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col" class="num">
            Job
          </th>
          <th scope="col">Process</th>
          <th scope="col">For</th>
          <th scope="col">Made</th>
          <th scope="col">Said</th>
        </tr>
      </thead>
      <tbody>
        {jobs.map(j => (
          <tr key={j.id}>
            <td>{j.state === 'running' || j.state === 'failed' ? <StateMark shown={j.state} /> : <StateMark shown="waiting" />}</td>
            <td class="num">
              <a href={jobHref(j.id)}>{j.id}</a>
            </td>
            <td class="mono">{j.process}</td>
            <td class="mono">
              {j.spacecraft} {j.partition}
            </td>
            <td class="time" title={formatMoment(j.created)}>
              {formatAge(j.created, now)}
            </td>
            <td class="text">{j.message ?? ''}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

const RefusedList = ({ list, now }: { list: readonly Refused[]; now: number }): JSX.Element => (
  <div class="wide">
    <table class="rows reasons">
      <caption class="quiet">Refused deliveries</caption>
      <thead>
        <tr>
          <th scope="col">File</th>
          <th scope="col" class="num">
            Size
          </th>
          <th scope="col">From</th>
          <th scope="col">When</th>
          <th scope="col">Reason</th>
        </tr>
      </thead>
      <tbody>
        {list.map(r => (
          <tr key={r.id}>
            <td class="mono long named">{r.name}</td>
            <td class="num">{formatBytes(r.size)}</td>
            <td>{r.actor}</td>
            <td class="time" title={formatMoment(r.at)}>
              {formatAge(r.at, now)}
            </td>
            <td class="text">{r.reason}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
