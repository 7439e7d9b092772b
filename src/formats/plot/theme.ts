import type { Ink } from './figure.ts'

/** Colours as `#rrggbb`. */
export interface Theme {
  readonly page: string
  /** Ground of a plot: white or near-black, never grey, so that a spectrogram's colours keep their meaning. */
  readonly plot: string
  readonly ink: string
  readonly second: string
  readonly frame: string
  readonly grid: string
  readonly accent: string
  readonly quiet: string
  readonly band: string
  /** A place in a spectrogram where nothing was measured; outside every colour map. */
  readonly noData: string
  readonly stamp: string
  readonly data: Readonly<Record<Ink, string>>
}

export type ThemeName = 'light' | 'dark'

// Data colours keep 14 or more between the worst pair in OKLab x 100, also for colour-blind eyes (palette.test.ts measures it).
export const themes: Readonly<Record<ThemeName, Theme>> = {
  light: {
    page: '#ffffff',
    plot: '#ffffff',
    ink: '#14171c',
    second: '#4b5563',
    frame: '#7b8492',
    grid: '#e6e9ee',
    accent: '#0b5cad',
    quiet: '#9cc0e4',
    band: '#eef4fb',
    noData: '#d4d7dc',
    stamp: '#a31621',
    data: { black: '#14171c', red: '#b5201c', green: '#2aa876', blue: '#1d4fd0' },
  },
  dark: {
    page: '#0f1216',
    plot: '#0a0c0f',
    ink: '#e8ebef',
    second: '#a7b0bd',
    frame: '#5b6573',
    grid: '#232a33',
    accent: '#6db3ff',
    quiet: '#2f5780',
    band: '#141d28',
    noData: '#3a4048',
    stamp: '#ff7a70',
    data: { black: '#f2f4f7', red: '#d9552b', green: '#35d8a6', blue: '#4a8fe8' },
  },
}
