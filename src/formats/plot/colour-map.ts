import { packColour } from './raster.ts'

export type ColourMapName = 'turbo' | 'viridis' | 'inferno'

type Polynomial = readonly number[]

// turbo: A. Mikhailov and R. Du, "Turbo, an improved rainbow colormap", Google AI blog 2019, degree-5 fit.
// viridis and inferno: S. van der Walt and N. Smith (matplotlib, CC0), degree-6 fits by M. Zucker (CC0).
const polynomials: Readonly<Record<ColourMapName, readonly [red: Polynomial, green: Polynomial, blue: Polynomial]>> = {
  turbo: [
    [0.13572138, 4.6153926, -42.66032258, 132.13108234, -152.94239396, 59.28637943],
    [0.09140261, 2.19418839, 4.84296658, -14.18503333, 4.27729857, 2.82956604],
    [0.1066733, 12.64194608, -60.58204836, 110.36276771, -89.90310912, 27.34824973],
  ],
  viridis: [
    [0.27772733, 0.10509304, -0.33086183, -4.6342305, 6.22826994, 4.776385, -5.43545586],
    [0.00540734, 1.40461353, 0.21484756, -5.79910097, 14.17993337, -13.74514538, 4.64585261],
    [0.33409981, 1.38459016, 0.09509516, -19.33244096, 56.6905526, -65.35303263, 26.31243525],
  ],
  inferno: [
    [0.00021894, 0.10651342, 11.60249308, -41.703996131, 77.1629357, -71.31942824, 25.13112622],
    [0.001651, 0.56395644, -3.97285397, 17.43639888, -33.40235894, 32.62606426, -12.24266895],
    [-0.0194809, 3.93271239, -15.94239411, 44.3541452, -81.80730926, 73.20951986, -23.070325],
  ],
}

const channel = (terms: Polynomial, x: number): number => {
  const value = terms.reduceRight((sum, term) => sum * x + term, 0)
  return Math.round(255 * Math.min(1, Math.max(0, value)))
}

const tables = new Map<ColourMapName, Uint32Array>()

/** The map as 256 packed RGBA pixels, lowest value first. */
export function colourMap(name: ColourMapName): Uint32Array {
  const known = tables.get(name)
  if (known) return known
  const [red, green, blue] = polynomials[name]
  const table = Uint32Array.from({ length: 256 }, (_, index) => {
    const x = index / 255
    return packColour(channel(red, x), channel(green, x), channel(blue, x))
  })
  tables.set(name, table)
  return table
}
