import type { JSX } from 'preact'
import { Padlock } from '../parts/files.tsx'
import { productHref } from '../parts/links.ts'
import { shownStates } from '#domain/plan'
import { StateCell } from '../parts/state.tsx'
import type { DataView, Facet, Frame, ProductRow } from '../view.ts'
import { formatBytes, formatCount, formatDay, formatNumberOf } from '../words.ts'

export const Data = ({ frame, view }: { frame: Frame; view: DataView }): JSX.Element => {
  const mission = frame.mission?.id ?? ''
  const files = view.rows.reduce((sum, r) => sum + r.files, 0)
  const bytes = view.rows.reduce((sum, r) => sum + r.bytes, 0)
  return (
    <>
      <h1>{view.title}</h1>
      <p class="second">
        {view.rows.length === view.all
          ? formatNumberOf(view.all, 'product')
          : `${view.rows.length} of ${formatNumberOf(view.all, 'product')}`}
        , {formatNumberOf(files, 'file')}, {formatBytes(bytes)}.
      </p>
      <div class="facets">
        {view.facets.map(f => (
          <FacetLine facet={f} key={f.name} />
        ))}
      </div>
      {view.rows.length === 0 ? (
        <p>No product matches. {view.widen === undefined ? null : <a href={view.widen.href}>{view.widen.text}</a>}</p>
      ) : (
        <div class="wide">
          <table class="rows">
            <caption class="quiet">Products</caption>
            <thead>
              <tr>
                <th scope="col">Product</th>
                <th scope="col">What it is</th>
                <th scope="col" class="num">
                  Files
                </th>
                <th scope="col" class="num">
                  Size
                </th>
                <th scope="col">Newest</th>
                <th scope="col">Expectations</th>
              </tr>
            </thead>
            <tbody>
              {view.rows.map(row => (
                <Row row={row} mission={mission} key={row.id} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  )
}

const FacetLine = ({ facet }: { facet: Facet }): JSX.Element => (
  <p class="facet">
    <span>{facet.title}</span>
    {facet.values.map(v =>
      v.count === 0 && !v.chosen ? (
        <span class="none" key={v.value}>
          {v.value} 0
        </span>
      ) : (
        <a key={v.value} href={v.href} {...(v.chosen ? { 'aria-current': 'true' as const } : {})}>
          {v.value} <span class="second">{v.count}</span>
        </a>
      ),
    )}
  </p>
)

const Row = ({ row, mission }: { row: ProductRow; mission: string }): JSX.Element => (
  <tr>
    <td class="mono named">
      <a href={productHref(mission, row.slug)}>{row.id}</a> {row.public ? null : <Padlock />}
    </td>
    <td class="what">{row.title}</td>
    <td class="num">
      {row.hidden ? <span class="second">team only</span> : formatCount(row.files)}
      {row.hidden ? null : <span class="narrow"> {row.files === 1 ? 'file' : 'files'}</span>}
    </td>
    <td class="num">{row.files === 0 ? '' : formatBytes(row.bytes)}</td>
    <td class="time">{row.newest === undefined ? '' : formatDay(row.newest)}</td>
    <td class="counts">
      {shownStates.map(s =>
        row.states[s] === undefined ? null : (
          <span key={s} title={s}>
            <StateCell shown={s} /> {formatCount(row.states[s])} <span class="quiet">{s}</span>
          </span>
        ),
      )}
    </td>
  </tr>
)
