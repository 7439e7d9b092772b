import type { JSX } from 'preact'
import type { CellEntry } from '#services/access'
import type { RibbonRow } from '../view.ts'
import { formatDay, formatSpan } from '../words.ts'
import { whyHref } from './links.ts'
import { Legend, StateCell } from './state.tsx'

/** Every expectation of a product by day and spacecraft; each cell leads to its reason. */
export const Ribbon = ({ rows, days }: { rows: readonly RibbonRow[]; days: readonly number[] }): JSX.Element => {
  const states = [...new Set(rows.flatMap(r => r.days.flatMap(d => d.cells.map(c => c.shown))))]
  return (
    <>
      <div class="wide">
        <table class="ribbon">
          <caption class="quiet">Expectations by day and spacecraft</caption>
          <thead>
            <tr>
              <th scope="col">{days[0] === undefined ? '' : formatDay(days[0]).slice(0, 4)}</th>
              {days.map(d => (
                <th scope="col" key={d}>
                  {formatDay(d).slice(5)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(row => (
              <tr key={row.spacecraft}>
                <th scope="row">{row.title}</th>
                {row.days.map(d => (
                  <td key={d.day}>
                    {d.cells.map(c => (
                      <RibbonCell cell={c} key={c.partition} />
                    ))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Legend states={states} />
    </>
  )
}

const RibbonCell = ({ cell }: { cell: CellEntry }): JSX.Element => (
  <a
    class="tile"
    href={whyHref(cell.mission, cell.dataset, cell.partition)}
    title={`${formatSpan(cell.start, cell.stop)}: ${cell.shown}. ${cell.reason.text}`}
  >
    <StateCell shown={cell.shown} />
    <span class="quiet">{`${cell.dataset} ${cell.partition} ${cell.shown}`}</span>
  </a>
)
