import type { JSX } from 'preact'
import type { RemakesView } from '../view.ts'
import { formatAge, formatBytes, formatCount, formatMoment, formatPartition } from '../words.ts'
import { jobHref, whyHref } from './links.ts'

/** What waits for a person's word about remakes, and which code runs. */
export const Remakes = ({ view, now }: { view: RemakesView; now: number }): JSX.Element => (
  <>
    <section aria-labelledby="held">
      <h2 id="held">Held: less than before</h2>
      {view.held.length === 0 ? <p>Nothing is held.</p> : <Held held={view.held} now={now} />}
    </section>
    <section aria-labelledby="campaigns">
      <h2 id="campaigns">Campaigns</h2>
      {view.campaigns.length === 0 ? <p>No campaign was proposed.</p> : <Campaigns campaigns={view.campaigns} now={now} />}
    </section>
    <section aria-labelledby="code">
      <h2 id="code">Code releases</h2>
      {view.releases.length === 0 ? (
        <p>None: programs run from their mission’s folder.</p>
      ) : (
        <Releases releases={view.releases} now={now} />
      )}
    </section>
  </>
)

const Time = ({ at, now }: { at: number; now: number }): JSX.Element => (
  <td class="time" title={formatMoment(at)}>
    {formatAge(at, now)}
  </td>
)

const Held = ({ held, now }: { held: RemakesView['held']; now: number }): JSX.Element => (
  <div class="wide">
    <table class="rows reasons">
      <caption class="quiet">apsis held release JOB, or reject JOB, with --reason</caption>
      <thead>
        <tr>
          <th scope="col" class="num">
            Job
          </th>
          <th scope="col">Dataset and partition</th>
          <th scope="col">Would replace</th>
          <th scope="col">Less</th>
          <th scope="col">Made</th>
        </tr>
      </thead>
      <tbody>
        {held.map(h => (
          <tr key={h.name}>
            <td class="num">
              <a href={jobHref(h.job)}>{h.job}</a>
            </td>
            <td>
              <a class="mono" href={whyHref(h.mission, h.dataset, h.partition)}>
                {h.dataset} {formatPartition(h.partition)}
              </a>
            </td>
            <td class="mono long named">{h.old}</td>
            <td class="text">{h.less}</td>
            <Time at={h.at} now={now} />
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

const Campaigns = ({ campaigns, now }: { campaigns: RemakesView['campaigns']; now: number }): JSX.Element => (
  <div class="wide">
    <table class="rows reasons">
      <caption class="quiet">apsis campaign show, approve, pause, resume or cancel NUMBER</caption>
      <thead>
        <tr>
          <th scope="col" class="num">
            Number
          </th>
          <th scope="col">For</th>
          <th scope="col">State</th>
          <th scope="col" class="num">
            Works ended
          </th>
          <th scope="col" class="num">
            Forecast: jobs
          </th>
          <th scope="col" class="num">
            CPU hours
          </th>
          <th scope="col" class="num">
            Bytes
          </th>
          <th scope="col">Proposed</th>
        </tr>
      </thead>
      <tbody>
        {campaigns.map(c => (
          <tr key={c.id}>
            <td class="num">{c.id}</td>
            <td class="text">{c.title}</td>
            <td>{c.state}</td>
            <td class="num">
              {formatCount(c.ended)} of {formatCount(c.works)}
            </td>
            <td class="num">{formatCount(c.jobs)}</td>
            <td class="num">{c.cpuHours < 10 ? c.cpuHours.toPrecision(2) : c.cpuHours.toFixed(0)}</td>
            <td class="num">{formatBytes(c.bytes)}</td>
            <td class="time" title={formatMoment(c.at)}>
              {c.by}, {formatAge(c.at, now)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

const Releases = ({ releases, now }: { releases: RemakesView['releases']; now: number }): JSX.Element => (
  <div class="wide">
    <table class="rows reasons">
      <caption class="quiet">apsis code stage, compare, promote DIGEST; apsis code rollback</caption>
      <thead>
        <tr>
          <th scope="col">Package</th>
          <th scope="col">Digest</th>
          <th scope="col">State</th>
          <th scope="col">From</th>
          <th scope="col">New in it</th>
          <th scope="col">Registered</th>
        </tr>
      </thead>
      <tbody>
        {releases.map(r => (
          <tr key={`${r.package} ${r.digest}`}>
            <td>{r.package}</td>
            <td class="mono" title={r.digest}>
              {r.digest.slice(0, 12)}
            </td>
            <td>{r.state}</td>
            <td class="text">{r.source}</td>
            <td class="text">{r.note}</td>
            <td class="time" title={formatMoment(r.at)}>
              {r.by}, {formatAge(r.at, now)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
