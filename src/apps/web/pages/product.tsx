import type { JSX } from 'preact'
import { FileTable } from '../parts/files.tsx'
import { dataHref, productHref } from '../parts/links.ts'
import { Ribbon } from '../parts/ribbon.tsx'
import { Snippets } from '../parts/snippets.tsx'
import type { Frame, ProductName, ProductView } from '../view.ts'
import { formatCount, formatNumberOf } from '../words.ts'

export const Product = ({ frame, view }: { frame: Frame; view: ProductView }): JSX.Element => {
  const mission = frame.mission?.id ?? ''
  return (
    <>
      <p class="path">
        <a href={dataHref(mission)}>Data</a> / <span class="mono">{view.product.id}</span>
      </p>
      <h1>{view.title}</h1>
      {view.description === '' ? null : <p>{view.description}</p>}
      <dl class="facts">
        {view.facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {view.process === undefined ? null : (
          <div>
            <dt>Made by</dt>
            <dd>
              {view.process.title}, from <Names names={view.process.inputs} mission={mission} />
            </dd>
          </div>
        )}
        {view.usedBy.length === 0 ? null : (
          <div>
            <dt>Goes into</dt>
            <dd>
              <Names names={view.usedBy} mission={mission} />
            </dd>
          </div>
        )}
      </dl>
      <section aria-labelledby="coverage">
        <h2 id="coverage">What should exist</h2>
        {view.days.length === 0 ? (
          <p>Nothing is expected of this product: it is kept when it comes.</p>
        ) : (
          <Ribbon rows={view.ribbon} days={view.days} />
        )}
      </section>
      <section aria-labelledby="files">
        <h2 id="files">Files</h2>
        <Search view={view} />
        {view.files.length === 0 ? (
          <p>
            No file matches. <a href={productHref(mission, view.product.slug)}>Without these limits</a> there may be some.
          </p>
        ) : (
          <FileTable files={view.files} now={frame.now} caption={`Files of ${view.product.id}`} />
        )}
        {view.total > view.files.length ? (
          <p class="second">
            {formatCount(view.files.length)} of {formatNumberOf(view.total, 'file')} shown; give a time to narrow, or take them all from the{' '}
            <a href={`/api/v1/files?mission=${mission}&product=${encodeURIComponent(view.product.id)}&limit=1000`}>API</a>.
          </p>
        ) : null}
      </section>
      {view.snippets.length === 0 ? null : (
        <section aria-labelledby="load">
          <h2 id="load">Load it</h2>
          <Snippets snippets={view.snippets} />
        </section>
      )}
    </>
  )
}

const Names = ({ names, mission }: { names: readonly ProductName[]; mission: string }): JSX.Element => (
  <>
    {names.map((n, i) => (
      <span key={n.id}>
        {i > 0 ? ', ' : ''}
        <a class="mono" href={productHref(mission, n.slug)} title={n.title}>
          {n.id}
        </a>
      </span>
    ))}
  </>
)

const Search = ({ view }: { view: ProductView }): JSX.Element => (
  <form class="search" method="get">
    <label>
      Spacecraft{' '}
      <select name="sc">
        <option value="">all</option>
        {view.spacecraft.map(s => (
          <option key={s.id} value={s.id} selected={view.chosen.spacecraft === s.id}>
            {s.title}
          </option>
        ))}
      </select>
    </label>
    <label>
      Time{' '}
      <input
        type="text"
        name="t"
        value={view.chosen.time}
        placeholder="2026-11-20/26"
        size={24}
        autocomplete="off"
        spellcheck={false}
        aria-describedby="meaning"
      />
    </label>
    <label>
      <input type="checkbox" name="versions" value="all" checked={view.chosen.versions} /> older versions too
    </label>
    <button type="submit">Show</button>
    <p id="meaning" class={view.chosen.wrong ? 'wrong' : 'second'}>
      {view.chosen.meaning === ''
        ? 'A day, a range or now-6h: 2026-11-24, 2026-328, 2026-11-24T02:10/04:00. Always UTC.'
        : view.chosen.meaning}
    </p>
  </form>
)
