import type { ComponentChildren, JSX } from 'preact'
import type { FileEntry } from '#services/access'
import { Attempts } from '../parts/attempts.tsx'
import { Padlock } from '../parts/files.tsx'
import { dataHref, downloadHref, fileHref, jobHref, productHref, whyHref } from '../parts/links.ts'
import { LineageDrawing } from '../parts/lineage.tsx'
import { Code, Snippets } from '../parts/snippets.tsx'
import { StateMark } from '../parts/state.tsx'
import type { FileView, Frame } from '../view.ts'
import { formatAge, formatBytes, formatCount, formatNumberOf, formatSecond, formatSpan } from '../words.ts'

export const File = ({ frame, view }: { frame: Frame; view: FileView }): JSX.Element => {
  const { file } = view
  return (
    <>
      <p class="path">
        <a href={dataHref(file.mission)}>Data</a> /{' '}
        <a class="mono" href={productHref(file.mission, view.product.slug)}>
          {view.product.id}
        </a>
      </p>
      <h1 class="mono name">{file.name}</h1>
      <p>
        {view.title} · {formatSpan(file.start, file.stop)} · version {file.versionText}
        {file.latest ? ', the newest' : <Newer view={view} />}
        {file.public ? null : (
          <>
            {' '}
            · <Padlock /> team only
          </>
        )}
      </p>
      <p class="actions">
        <a class="button" href={downloadHref(file.mission, file.name)} download>
          Download {formatBytes(file.size)}
        </a>{' '}
        {view.cell === undefined ? null : (
          <a href={whyHref(file.mission, view.cell.dataset, view.cell.partition)}>
            <StateMark shown={view.cell.shown} /> · why?
          </a>
        )}
      </p>
      {view.picture ? (
        <a href={downloadHref(file.mission, file.name)}>
          <img
            class="picture"
            src={downloadHref(file.mission, file.name)}
            alt={`${view.title}, ${file.spacecraft}, ${formatSpan(file.start, file.stop)}`}
          />
        </a>
      ) : null}
      <Inside file={file} />
      <Findings findings={file.findings} />
      <Facts frame={frame} file={file} />
      <LineagePart view={view} />
      <Making view={view} />
      <Versions view={view} now={frame.now} />
      <section aria-labelledby="load">
        <h2 id="load">Load it</h2>
        <Snippets snippets={view.snippets} />
      </section>
      <section aria-labelledby="cite">
        <h2 id="cite">Cite it</h2>
        <Code text={view.cite} name="the citation" wrap />
      </section>
    </>
  )
}

/** Filled by the reader's own browser; without scripts it says what ingest read. */
const Inside = ({ file }: { file: FileEntry }): JSX.Element | null => {
  if (!file.name.endsWith('.cdf')) return null
  const { variables, attributes, timeAxis, cdfVersion } = file.content
  const known = [
    ...(typeof variables === 'number' ? [formatNumberOf(variables, 'variable')] : []),
    ...(typeof attributes === 'number' ? [formatNumberOf(attributes, 'global attribute')] : []),
    ...(typeof timeAxis === 'string' ? [`times in ${timeAxis}`] : []),
    ...(typeof cdfVersion === 'string' ? [`CDF ${cdfVersion}`] : []),
  ]
  return (
    <section aria-labelledby="inside">
      <h2 id="inside">What is inside</h2>
      <div data-cdf={downloadHref(file.mission, file.name)} data-size={file.size} {...(file.simulated ? { 'data-simulated': '' } : {})}>
        <p>
          {known.length === 0 ? 'A CDF file' : known.join(', ')}. With scripts, your browser lists and draws them here;{' '}
          <code>apsis cdf ls {file.name}</code> does it for a downloaded copy.
        </p>
      </div>
    </section>
  )
}

/** What ingest found. The check of metadata may find a hundred things: they are one line until somebody asks. */
const Findings = ({ findings }: { findings: readonly string[] }): JSX.Element | null => {
  if (findings.length === 0) return null
  const istp = findings.filter(f => f.startsWith('ISTP '))
  const errors = istp.filter(f => f.startsWith('ISTP error')).length
  return (
    <section aria-labelledby="findings">
      <h2 id="findings">Findings</h2>
      <List items={findings.filter(f => !istp.includes(f))} />
      {istp.length === 0 ? null : (
        <details>
          <summary>
            Metadata against the ISTP guide: {formatNumberOf(errors, 'error')}, {formatNumberOf(istp.length - errors, 'warning')}
          </summary>
          <List items={istp} />
        </details>
      )}
    </section>
  )
}

const List = ({ items }: { items: readonly string[] }): JSX.Element | null =>
  items.length === 0 ? null : (
    <ul class="findings">
      {items.map(item => (
        <li key={item}>{item}</li>
      ))}
    </ul>
  )

const Newer = ({ view }: { view: FileView }): JSX.Element => {
  const newest = view.versions.find(v => v.latest)
  return newest === undefined ? (
    <></>
  ) : (
    <>
      ; <a href={fileHref(newest.mission, newest.name)}>{newest.versionText} is newer</a>
    </>
  )
}

const Fact = ({ name, children }: { name: string; children: ComponentChildren }): JSX.Element => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
)

const Facts = ({ frame, file }: { frame: Frame; file: FileEntry }): JSX.Element => (
  <section aria-labelledby="facts">
    <h2 id="facts">What it is</h2>
    <dl class="facts">
      <Fact name="Dataset">
        <span class="mono">{file.dataset}</span>
      </Fact>
      <Fact name="Size">{formatCount(file.size)} bytes</Fact>
      <Fact name="SHA-256">
        <span class="mono long">{file.sha256}</span>
      </Fact>
      {file.coverage === null ? null : (
        <Fact name="First and last record">
          {file.coverage.start} – {file.coverage.stop}
        </Fact>
      )}
      {file.gaps.length === 0 ? null : (
        <Fact name="Gaps">
          {formatNumberOf(file.gaps.length, 'gap')}
          <ul class="plain">
            {file.gaps.slice(0, 10).map(gap => (
              <li key={`${gap.apid ?? ''} ${gap.start ?? ''} ${gap.stop}`}>
                {gap.apid === undefined ? '' : `APID ${gap.apid}: `}
                {gap.start ?? 'the beginning'} – {gap.stop}
                {gap.missing === null ? '' : `, ${formatNumberOf(gap.missing, 'packet')} missing`}
              </li>
            ))}
            {file.gaps.length > 10 ? <li>and {formatCount(file.gaps.length - 10)} more</li> : null}
          </ul>
        </Fact>
      )}
      {file.records === null ? null : <Fact name="Records">{formatCount(file.records)}</Fact>}
      <Fact name="Arrived">
        <time dateTime={new Date(file.arrived).toISOString()}>{formatSecond(file.arrived)}</time> ({formatAge(file.arrived, frame.now)}),
        from {file.actor}
      </Fact>
      <Fact name="In the archive at">
        <span class="mono long">{file.path}</span>
      </Fact>
    </dl>
  </section>
)

const LineagePart = ({ view }: { view: FileView }): JSX.Element => (
  <section aria-labelledby="lineage">
    <h2 id="lineage">Where it came from, what was made of it</h2>
    {view.lineage.nodes.length <= 1 ? (
      <p>It came from outside, and nothing has been made of it yet.</p>
    ) : (
      <>
        <LineageDrawing lineage={view.lineage} name={view.file.name} />
        <details>
          <summary>
            The same as a list: {formatNumberOf(view.parents.length, 'input')}, {formatNumberOf(view.children.length, 'product')}
          </summary>
          <ul class="plain">
            {view.parents.map(p => (
              <li key={`${p.role} ${p.name ?? p.hidden ?? ''}`}>
                {p.role} ←{' '}
                {p.held && p.name !== undefined ? (
                  <a class="mono" href={fileHref(view.file.mission, p.name)}>
                    {p.name}
                  </a>
                ) : (
                  (p.hidden ?? `${p.name ?? 'a file'} that is not held here`)
                )}
                {p.hidden === undefined ? '' : ', for the team only'}
              </li>
            ))}
            {view.children.map(c => (
              <li key={`${c.role} ${c.name}`}>
                →{' '}
                <a class="mono" href={fileHref(view.file.mission, c.name)}>
                  {c.name}
                </a>{' '}
                as its {c.role}
              </li>
            ))}
          </ul>
        </details>
      </>
    )}
  </section>
)

const Making = ({ view }: { view: FileView }): JSX.Element | null => {
  if (view.made === undefined) return null
  const { job, process, attempts } = view.made
  return (
    <section aria-labelledby="made">
      <h2 id="made">How it was made</h2>
      <p>
        {process} (<span class="mono">{job.process}</span>), <a href={jobHref(job.id)}>job {job.id}</a>,{' '}
        {formatNumberOf(job.tries, 'try', 'tries')}; recipe <span class="mono">{job.recipe.slice(0, 12)}</span>
        {job.generation > 0 ? `, remade on purpose ${formatNumberOf(job.generation, 'time')}` : ''}.
      </p>
      {attempts.length === 0 ? null : <Attempts attempts={attempts} job={job.id} />}
    </section>
  )
}

const Versions = ({ view, now }: { view: FileView; now: number }): JSX.Element => (
  <section aria-labelledby="versions">
    <h2 id="versions">Versions</h2>
    <ul class="plain">
      {view.versions.map(v => (
        <li key={v.name}>
          {v.name === view.file.name ? (
            <strong class="mono">{v.versionText}</strong>
          ) : (
            <a class="mono" href={fileHref(v.mission, v.name)}>
              {v.versionText}
            </a>
          )}{' '}
          {formatAge(v.arrived, now)}, {formatBytes(v.size)}, <span class="mono second">{v.sha256.slice(0, 12)}</span>
          {v.latest ? ', newest' : ''}
        </li>
      ))}
    </ul>
  </section>
)
