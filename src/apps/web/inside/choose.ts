import { isText, isTime } from '#formats/cdf'
import type { Cdf, CdfVariable } from '#formats/cdf'

/** Text of an attribute without padding; numbers are joined. */
export function textOf(variable: CdfVariable, name: string): string {
  const value = variable.attributes.get(name)?.value
  return value === undefined ? '' : typeof value === 'string' ? value.replace(/[\s\0]+$/u, '').trim() : value.join(' ')
}

/** The variable that times the records of another: its DEPEND_0, else the only time variable with as many records. */
export function timeOf(cdf: Cdf, variable: CdfVariable): CdfVariable | undefined {
  if (!variable.recordVarying || variable.records === 0) return undefined
  const fits = (time: CdfVariable): boolean => isTime(time.type) && time.dims.length === 0 && time.recordVarying && time.records > 0
  const named = cdf.variables.get(textOf(variable, 'DEPEND_0'))
  if (named !== undefined) return fits(named) ? named : undefined
  const others = [...cdf.variables.values()].filter(v => fits(v) && v.records === variable.records)
  return others.length === 1 ? others[0] : undefined
}

/** Whether a variable can be drawn against time: numbers that vary by record, and not the time itself. */
export const canPlot = (cdf: Cdf, variable: CdfVariable): boolean =>
  !isText(variable.type) && !isTime(variable.type) && timeOf(cdf, variable) !== undefined

/** What a page draws unasked: the first variable that is data with a plot of its own, else the first that can be drawn. */
export function chooseFirst(cdf: Cdf): string | undefined {
  const all = [...cdf.variables.values()].filter(v => canPlot(cdf, v))
  const data = all.filter(v => textOf(v, 'VAR_TYPE').toLowerCase() === 'data')
  const shown = data.find(v => /time_series|spectrogram/iu.test(textOf(v, 'DISPLAY_TYPE')) && v.dims.length > 0)
  return (shown ?? data[0] ?? all[0])?.name
}

/** Lines for scalars and short vectors; else a spectrogram, over one dimension where there are several. */
export type Drawing = { readonly kind: 'lines' } | { readonly kind: 'spectrogram'; readonly dimension: number; readonly axis?: CdfVariable }

const MOST_LINES = 4

export function drawingOf(cdf: Cdf, variable: CdfVariable): Drawing {
  const { dims } = variable
  const axes = dims.map((size, i) => axisOf(cdf, variable, i + 1, size))
  const spectral = /spectrogram/iu.test(textOf(variable, 'DISPLAY_TYPE'))
  if (dims.length === 0 || (dims.length === 1 && (dims[0] ?? 0) <= MOST_LINES && !(spectral && axes[0] !== undefined)))
    return { kind: 'lines' }
  const energy = axes.findIndex(axis => axis !== undefined && /eV|Hz/u.test(textOf(axis, 'UNITS')))
  const numeric = axes.findLastIndex(axis => axis !== undefined)
  const dimension = energy >= 0 ? energy : numeric >= 0 ? numeric : dims.length - 1
  const axis = axes[dimension]
  return { kind: 'spectrogram', dimension, ...(axis === undefined ? {} : { axis }) }
}

/** The numbers along dimension `i` (from 1): DEPEND_i, where it is numeric and of that size. */
function axisOf(cdf: Cdf, variable: CdfVariable, i: number, size: number): CdfVariable | undefined {
  const axis = cdf.variables.get(textOf(variable, `DEPEND_${i}`))
  return axis !== undefined && !isText(axis.type) && axis.dims.at(-1) === size && axis.dims.length === 1 ? axis : undefined
}
