import type { JSX } from 'preact'
import { Attempts } from '../parts/attempts.tsx'
import { fileHref, whyHref } from '../parts/links.ts'
import { StateMark } from '../parts/state.tsx'
import type { Frame, JobView } from '../view.ts'
import { formatAge, formatMoment, formatNumberOf, formatPartition, formatSecond } from '../words.ts'

export const Job = ({ frame, view }: { frame: Frame; view: JobView }): JSX.Element => {
  const { job, attempts, cells, files } = view
  return (
    <>
      <p class="path">
        <a href="/ops">Operations</a> / job {job.id}
      </p>
      <h1>
        {view.process} · {job.spacecraft.toUpperCase()} {formatPartition(job.partition)}
      </h1>
      <p class="sentence">
        <JobState state={job.state} />
        {job.message === null ? '' : `: ${job.message}`}
      </p>
      <p class="second">
        <span class="mono">{job.process}</span>, made {formatSecond(job.created)} ({formatAge(job.created, frame.now)})
        {job.ended === null ? '' : `, ended ${formatSecond(job.ended)}`}
        {job.state === 'ready' && job.notBefore > frame.now ? `, not before ${formatMoment(job.notBefore)}` : ''}; recipe{' '}
        <span class="mono">{job.recipe.slice(0, 12)}</span>
        {job.generation > 0 ? `, remade on purpose ${formatNumberOf(job.generation, 'time')}` : ''}.
      </p>
      <section aria-labelledby="tries">
        <h2 id="tries">Tries</h2>
        {attempts.length === 0 ? <p>None yet: it waits for a worker.</p> : <Attempts attempts={attempts} job={job.id} />}
        {files === undefined || attempts.length === 0 ? null : <Evidence job={job.id} attempts={attempts} />}
      </section>
      <section aria-labelledby="answers">
        <h2 id="answers">What it makes</h2>
        <ul class="plain">
          {cells.map(c => (
            <li key={c.dataset}>
              <a class="mono" href={whyHref(job.mission, c.dataset, c.partition)}>
                {c.dataset} {formatPartition(c.partition)}
              </a>
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="inputs">
        <h2 id="inputs">Its inputs</h2>
        {files === undefined ? (
          <p>Which files it reads is for the team: sign in with a token of the role team or more.</p>
        ) : (
          <ul class="plain">
            {files.inputs.map(i => (
              <li key={`${i.role} ${i.name}`}>
                {i.role} ←{' '}
                <a class="mono" href={fileHref(job.mission, i.name)}>
                  {i.name}
                </a>
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  )
}

/** For the team: what the programs said, and all of it in one file to send. */
const Evidence = ({ job, attempts }: { job: number; attempts: JobView['attempts'] }): JSX.Element => {
  const confinements = [...new Set(attempts.flatMap(a => a.confinement ?? []))]
  return (
    <>
      <p>
        {attempts
          .filter(a => a.log !== null)
          .map(a => (
            <>
              <a href={`/api/v1/jobs/${job}/log?try=${a.number}${a.ended === null ? '&follow=true' : ''}`}>
                {a.ended === null ? 'Follow the log' : 'Log'} of try {a.number}
              </a>
              {' · '}
            </>
          ))}
        <a href={`/api/v1/jobs/${job}/triage.zip`}>Everything for triage (zip)</a>
      </p>
      {confinements.map(words => (
        <p class="second" key={words}>
          Confinement: {words}.
        </p>
      ))}
    </>
  )
}

const JobState = ({ state }: { state: JobView['job']['state'] }): JSX.Element => {
  if (state === 'made' || state === 'running' || state === 'failed') return <StateMark shown={state} />
  if (state === 'no-data') return <StateMark shown="no data" />
  return state === 'ready' ? <StateMark shown="waiting" /> : <>{state}</>
}
