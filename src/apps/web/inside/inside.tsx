import type { JSX } from 'preact'
import { render } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Figure } from '#formats/plot'
import type { Cdf, CdfVariable } from '#formats/cdf'
import { formatBytes, formatCount, formatNumberOf } from '../words.ts'
import { drawOnCanvas } from './canvas.ts'
import { canPlot, chooseFirst, textOf } from './choose.ts'
import { openRemote } from './open.ts'
import type { Fetched } from './open.ts'
import { readPreview, windowOf } from './preview.ts'
import type { Preview } from './preview.ts'

/** Fills a file page's section with what is inside its CDF, read by this browser. */
export function showInside(place: HTMLElement): void {
  const { cdf: url = '', simulated } = place.dataset
  render(<Inside url={url} simulated={simulated !== undefined} size={Number(place.dataset['size'])} />, place)
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const Inside = ({ url, size, simulated }: { url: string; size: number; simulated: boolean }): JSX.Element => {
  const fetched = useRef<Fetched>({ bytes: 0, requests: 0 })
  const [cdf, setCdf] = useState<Cdf>()
  const [fault, setFault] = useState<string>()
  const [chosen, setChosen] = useState<string>()
  const [, setCount] = useState(0)
  useEffect(() => {
    openRemote(url, fetched.current).then(
      opened => {
        setChosen(chooseFirst(opened))
        return setCdf(opened)
      },
      (error: unknown) => setFault(wordsOf(error)),
    )
  }, [url])
  if (fault !== undefined) return <p class="fault">It cannot be read here: {fault}</p>
  if (cdf === undefined) return <p class="second">reading …</p>
  const variable = chosen === undefined ? undefined : cdf.variables.get(chosen)
  return (
    <>
      {variable === undefined ? null : (
        <Plot key={variable.name} cdf={cdf} variable={variable} simulated={simulated} onRead={() => setCount(fetched.current.requests)} />
      )}
      <Variables cdf={cdf} chosen={chosen} onChoose={setChosen} />
      <Attributes cdf={cdf} />
      <p class="second" data-fetched={fetched.current.bytes}>
        Read by your browser: {formatBytes(fetched.current.bytes)} of {formatBytes(size)} in{' '}
        {formatNumberOf(fetched.current.requests, 'request')}.
      </p>
    </>
  )
}

interface PlotProps {
  readonly cdf: Cdf
  readonly variable: CdfVariable
  readonly simulated: boolean
  readonly onRead: () => void
}

const Plot = ({ cdf, variable, simulated, onRead }: PlotProps): JSX.Element => {
  const [first, setFirst] = useState(0)
  const [preview, setPreview] = useState<Preview>()
  const [fault, setFault] = useState<string>()
  useEffect(() => {
    let wanted = true
    readPreview(cdf, variable, first)
      .then(
        read => wanted && setPreview(read),
        (error: unknown) => wanted && setFault(wordsOf(error)),
      )
      .finally(onRead)
    return () => {
      wanted = false
    }
  }, [first])
  if (fault !== undefined) return <p class="fault">{fault}</p>
  const step = windowOf(variable)
  const last = Math.max(0, variable.records - step)
  const said = `${variable.name}, records ${formatCount(first)} to ${formatCount(Math.min(first + step, variable.records) - 1)} of ${formatCount(variable.records)}`
  return (
    <figure class="inside">
      <div class="wide">
        {preview === undefined ? <p class="second">reading …</p> : <Canvas preview={preview} said={said} simulated={simulated} />}
      </div>
      <figcaption class="second">{said}</figcaption>
      {last === 0 ? null : (
        <label>
          from record{' '}
          <input
            type="range"
            min={0}
            max={last}
            step={step}
            value={first}
            onChange={event => setFirst(Number(event.currentTarget.value))}
          />
        </label>
      )}
    </figure>
  )
}

const Canvas = ({ preview, said, simulated }: { preview: Preview; said: string; simulated: boolean }): JSX.Element => {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const figure: Figure = simulated ? { ...preview.figure, stamp: 'SIMULATED DATA' } : preview.figure
    const draw = (): void => {
      if (canvas.current !== null) drawOnCanvas(canvas.current, figure)
    }
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    draw()
    void document.fonts.ready.then(draw)
    addEventListener('resize', draw)
    scheme.addEventListener('change', draw)
    return () => {
      removeEventListener('resize', draw)
      scheme.removeEventListener('change', draw)
    }
  }, [preview])
  return <canvas ref={canvas} role="img" aria-label={`plot of ${said}`} data-first={preview.first} />
}

interface VariablesProps {
  readonly cdf: Cdf
  readonly chosen: string | undefined
  readonly onChoose: (name: string) => void
}

const Variables = ({ cdf, chosen, onChoose }: VariablesProps): JSX.Element => (
  <div class="wide">
    <table class="rows">
      <thead>
        <tr>
          <th scope="col">Variable</th>
          <th scope="col">Type</th>
          <th scope="col">Shape</th>
          <th scope="col">Unit</th>
          <th scope="col">What it is</th>
        </tr>
      </thead>
      <tbody>
        {[...cdf.variables.values()].map(v => (
          <tr key={v.name}>
            <td class="mono">
              {canPlot(cdf, v) ? (
                <button
                  type="button"
                  class="link"
                  aria-pressed={v.name === chosen}
                  title={`plot ${v.name}`}
                  onClick={() => onChoose(v.name)}
                >
                  {v.name}
                </button>
              ) : (
                v.name
              )}
            </td>
            <td class="mono">{v.type.replace(/^CDF_/u, '')}</td>
            <td class="mono">{[formatCount(v.records), ...v.dims].join(' × ')}</td>
            <td>{textOf(v, 'UNITS')}</td>
            <td class="text">{textOf(v, 'CATDESC') || textOf(v, 'FIELDNAM')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

const Attributes = ({ cdf }: { cdf: Cdf }): JSX.Element => (
  <details>
    <summary>{formatNumberOf(cdf.attributes.size, 'global attribute')}</summary>
    <dl class="facts">
      {[...cdf.attributes].map(([name, entries]) => (
        <div key={name}>
          <dt class="mono">{name}</dt>
          <dd>
            {entries.map(({ entry, value }) => (
              <p key={entry}>{typeof value === 'string' ? value : value.join(' ')}</p>
            ))}
          </dd>
        </div>
      ))}
    </dl>
  </details>
)
