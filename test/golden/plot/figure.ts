import type { Figure, Line, Panel, Samples, Spectrum } from '#formats/plot'

const start = Date.parse('2025-11-24T22:30:00Z')
const stop = start + 2 * 3_600_000

/** Equal numbers on every machine: a linear congruential generator, -0.5 to 0.5. */
function makeNoise(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32 - 0.5
  }
}

/** `count` samples over the whole picture; `value` takes the fraction of the way. */
function sample(count: number, value: (s: number, index: number) => number, keep: (s: number) => boolean = () => true): Samples {
  const step = (stop - start) / count
  const kept = Array.from({ length: count }, (_, index) => index).filter(index => keep(index / count))
  return {
    times: Float64Array.from(kept, index => start + index * step),
    values: Float64Array.from(kept, index => value(index / count, index)),
    maxGap: 4 * step,
  }
}

const lines = (label: readonly string[], unit: string, ...all: readonly Line[]): Panel => ({
  kind: 'lines',
  label,
  unit,
  scale: 'linear',
  lines: all,
})

const wave = (name: string, ink: Line['ink'], phase: number, size: number): Line => ({
  name,
  ink,
  samples: sample(900, s => size * Math.sin(phase + 20 * s) * (1 - s / 2)),
})

function makeSpectrum(records: number, centres: readonly (readonly number[])[], flux: (s: number, energy: number) => number): Spectrum {
  const bins = centres[0]?.length ?? 0
  const times = Float64Array.from({ length: records }, (_, index) => start + ((stop - start) * index) / records)
  const table = Float64Array.from(
    { length: records * bins },
    (_, index) => centres[Math.floor(index / bins) % centres.length]?.[index % bins] ?? 0,
  )
  const values = Float32Array.from(table, (energy, index) => flux(Math.floor(index / bins) / records, energy))
  return { times, values, bins, centres: centres.length === 1 ? table.slice(0, bins) : table, maxGap: (4 * (stop - start)) / records }
}

const energies = (low: number, ratio: number): number[] => Array.from({ length: 32 }, (_, bin) => low * ratio ** bin)
const peak = (s: number, energy: number): number => 10 ** (7 - (Math.log10(energy) - 2.5 - Math.sin(9 * s)) ** 2)
const noise = makeNoise(7)

const spectrogram = (label: readonly string[], unit: string, spectrum: Spectrum): Panel => ({
  kind: 'spectrogram',
  label,
  unit,
  scale: 'log',
  colourScale: 'log',
  colourUnit: 'flux',
  spectrum,
})

const panels: readonly Panel[] = [
  lines(
    ['vector', 'B GSE'],
    'nT',
    wave('|B|', 'black', 1, 40),
    wave('X', 'blue', 0, 30),
    wave('Y', 'green', 2, 25),
    wave('Z', 'red', 4, 35),
  ),
  lines(['dense'], 'nT', { name: 'B', ink: 'blue', samples: sample(40_000, s => 20 * Math.sin(9 * s) + 12 * noise()) }),
  lines(
    ['gaps'],
    'nT',
    {
      name: 'time',
      ink: 'green',
      samples: sample(
        700,
        s => 3 * s,
        s => s < 0.3 || s > 0.45,
      ),
    },
    { name: 'fill', ink: 'red', samples: sample(700, s => (s > 0.6 && s < 0.7 ? Number.NaN : 3 - 2 * s)) },
  ),
  {
    ...lines(['density'], 'cm⁻³', {
      name: 'ions',
      ink: 'black',
      samples: sample(500, s => (s > 0.48 && s < 0.52 ? 0 : 10 ** (2 * Math.sin(7 * s)))),
    }),
    scale: 'log',
  },
  lines(['constant'], 'V', { name: 'bias', ink: 'blue', samples: sample(100, () => 5) }),
  lines(['sparse', 'points'], 'V', { name: 'points', ink: 'red', samples: { ...sample(24, s => s * (1 - s)), maxGap: 1 } }),
  spectrogram(
    ['DIS', 'ions'],
    'eV',
    makeSpectrum(60, [energies(10, 1.29)], (s, energy) => (s > 0.4 && s < 0.45 ? Number.NaN : peak(s, energy))),
  ),
  spectrogram(['two', 'tables'], 'eV', makeSpectrum(40, [energies(10, 1.2), energies(14, 1.2)], peak)),
  {
    ...spectrogram(
      ['pitch', 'angle'],
      'deg',
      makeSpectrum(40, [[15, 45, 75, 105, 135, 165]], (s, angle) => 1 + Math.sin(9 * s) * Math.cos((angle * Math.PI) / 90)),
    ),
    scale: 'linear',
    colourScale: 'linear',
    range: [0, 180],
  } as Panel,
  { ...lines(['EDP'], 'mV/m'), empty: 'no data: no file of "edp" for this time' },
  { ...lines(['clipped'], 'km', wave('X', 'blue', 0, 200_000), wave('Y', 'green', 2, 90_000)), range: [-100_000, 150_000] },
  lines(
    ['one missing'],
    'nPa',
    { name: 'ions', ink: 'black', samples: sample(300, s => 0.002 + 0.001 * Math.sin(30 * s)) },
    { name: 'electrons ∅', ink: 'red', samples: { times: new Float64Array(0), values: new Float64Array(0), maxGap: 0 } },
  ),
]

/** Twelve panels that together use everything a picture can hold. */
export const goldenFigure: Figure = {
  title: { subject: 'SC1', name: 'Golden', note: 'every kind of panel, across midnight' },
  start,
  stop,
  panels,
  lanes: [
    {
      label: 'burst',
      tone: 'strong',
      intervals: [
        { start: start + 1.6e6, stop: start + 2.1e6 },
        { start: start + 5e6, stop: start + 5.01e6 },
      ],
    },
    { label: 'fast', tone: 'quiet', intervals: [{ start: start + 6e5, stop }] },
  ],
  bands: [{ start: start + 1.6e6, stop: start + 2.1e6 }],
  positions: [
    { label: 'R (RE)', digits: 1, samples: sample(120, s => 9 + 2 * s) },
    {
      label: 'X GSE (RE)',
      digits: 1,
      samples: sample(
        120,
        s => 1 - 4 * s,
        s => s < 0.8,
      ),
    },
  ],
  footer: {
    notice: 'Quicklook: for browsing, not for publication.',
    credit: 'Golden Data Center',
    sources: [
      'sc1_fgm_srvy_l2_20251124_v5.1.0.cdf',
      'sc1_fpi_fast_l2_dis-moms_20251124220000_v3.4.0.cdf',
      'sc1_mec_srvy_l2_epht89d_20251124_v2.3.0.cdf',
    ],
  },
  made: { time: '2025-11-25T00:00:00Z', software: 'golden 1' },
  stamp: 'SIMULATED DATA',
}

export const variants = [
  { name: 'light-1x', theme: 'light', ratio: 1, colourMap: 'turbo' },
  { name: 'light-2x', theme: 'light', ratio: 2, colourMap: 'viridis' },
  { name: 'dark-1x', theme: 'dark', ratio: 1, colourMap: 'inferno' },
  { name: 'dark-2x', theme: 'dark', ratio: 2, colourMap: 'turbo' },
] as const

export const goldenSize = { width: 520, panelHeight: 48 } as const
