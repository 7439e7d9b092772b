import type { JSX } from 'preact'
import { FileTable } from '../parts/files.tsx'
import { dataHref, fileHref, pictureHref, productHref, whyHref } from '../parts/links.ts'
import { Sentence } from '../parts/said.tsx'
import { Snippets } from '../parts/snippets.tsx'
import { Legend, StateCell } from '../parts/state.tsx'
import type { Frame, HomeView, Matrix, MatrixCell, Picture, ProductName, TourStep } from '../view.ts'
import { formatAge, formatBytes, formatDay, formatNumberOf, formatSpan } from '../words.ts'

export const Home = ({ frame, view }: { frame: Frame; view: HomeView }): JSX.Element => {
  const mission = frame.mission?.id ?? ''
  return (
    <>
      <h1>{view.title}</h1>
      <Sentence said={view.sentence} />
      <p class="second">
        {formatNumberOf(view.counts.files, 'file')}, {formatBytes(view.counts.bytes)}
        {view.counts.newestArrival === undefined ? '' : `; the newest came ${formatAge(view.counts.newestArrival, frame.now)}`}.
      </p>
      {view.tour.length === 0 ? null : <Tour steps={view.tour} />}
      {view.matrix.products.length === 0 ? null : <MatrixTable matrix={view.matrix} mission={mission} />}
      {view.pictures.length === 0 ? null : (
        <section aria-labelledby="pictures">
          <h2 id="pictures">
            Latest pictures <a href={`/${mission}/quicklook`}>all days</a>
          </h2>
          <ul class="pictures">
            {view.pictures.map(p => (
              <PictureCard key={p.file} picture={p} mission={mission} />
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="newest">
        <h2 id="newest">
          Newest files <a href={dataHref(mission)}>all products</a>
        </h2>
        {view.newest.length === 0 ? (
          <p>
            No file yet. Put some into the drop folder, or run <code>apsis ingest PATH</code>.
          </p>
        ) : (
          <FileTable files={view.newest} now={frame.now} caption="The newest files by arrival" />
        )}
      </section>
      {view.example === undefined ? null : (
        <section aria-labelledby="load">
          <h2 id="load">
            Load <span class="mono">{view.example}</span> from this address
          </h2>
          <Snippets snippets={view.snippets} />
        </section>
      )}
    </>
  )
}

const MatrixTable = ({ matrix, mission }: { matrix: Matrix; mission: string }): JSX.Element => {
  const shown = matrix.rows.flatMap(r => r.cells.flatMap(c => (c?.shown === undefined ? [] : [c.shown])))
  return (
    <section aria-labelledby="matrix">
      <h2 id="matrix">Newest public data</h2>
      <div class="wide">
        <table class="matrix">
          <thead>
            <tr>
              <th scope="col">Spacecraft</th>
              {matrix.products.map(p => (
                <th scope="col" key={p.id}>
                  <a href={productHref(mission, p.slug)} title={p.title}>
                    {p.id}
                  </a>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {matrix.rows.map(row => (
              <tr key={row.spacecraft}>
                <th scope="row">{row.title}</th>
                {row.cells.map((cell, i) => (
                  <td key={matrix.products[i]?.id ?? i}>
                    <MatrixEntry cell={cell} mission={mission} product={matrix.products[i]} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Legend states={[...new Set(shown)]} />
    </section>
  )
}

interface MatrixEntryProps {
  readonly cell: MatrixCell | undefined
  readonly mission: string
  readonly product: ProductName | undefined
}

const MatrixEntry = ({ cell, mission, product }: MatrixEntryProps): JSX.Element => {
  if (cell === undefined) return <span class="second">not made here</span>
  const href = cell.partition === undefined ? productHref(mission, product?.slug ?? '') : whyHref(mission, cell.dataset, cell.partition)
  return (
    <a class="tile" href={href} title={`${cell.dataset}: ${cell.shown ?? 'nothing expected'}`}>
      {cell.shown === undefined ? null : <StateCell shown={cell.shown} />}
      <span>{cell.newest === undefined ? 'none yet' : formatDay(cell.newest)}</span>
      <span class="quiet">{cell.shown ?? ''}</span>
    </a>
  )
}

const Tour = ({ steps }: { steps: readonly TourStep[] }): JSX.Element => (
  <nav aria-label="A tour in five steps">
    <ol class="tour">
      {steps.map(step => (
        <li key={step.title}>
          <a href={step.href}>{step.title}</a>
          <span>{step.text}</span>
        </li>
      ))}
    </ol>
  </nav>
)

const PictureCard = ({ picture, mission }: { picture: Picture; mission: string }): JSX.Element => (
  <li>
    <a href={`/${mission}/quicklook?day=${formatDay(picture.start)}&product=${picture.product.slug}&sc=${picture.spacecraft}`}>
      <img
        src={pictureHref(mission, picture.dataset, picture.partition)}
        loading="lazy"
        alt={`${picture.product.title}, ${picture.spacecraft}`}
      />
    </a>
    <p>
      <strong>{picture.spacecraft.toUpperCase()}</strong> {formatSpan(picture.start, picture.stop)}{' '}
      <a href={fileHref(mission, picture.file)}>v{picture.version}</a>
    </p>
  </li>
)
