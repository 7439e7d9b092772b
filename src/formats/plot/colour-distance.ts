type Triple = readonly [number, number, number]
type Matrix = readonly [Triple, Triple, Triple]

export type Vision = 'normal' | 'protan' | 'deutan' | 'tritan'

// G. Machado, M. Oliveira, L. Fernandes, "A physiologically-based model for simulation of color vision deficiency",
// IEEE TVCG 15 (2009), severity 1.0, on linear RGB.
const deficiencies: Readonly<Record<Exclude<Vision, 'normal'>, Matrix>> = {
  protan: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deutan: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritan: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
}

// B. Ottosson, "A perceptual color space for image processing" (OKLab), 2020: linear sRGB -> LMS -> Lab.
const toLms: Matrix = [
  [0.4122214708, 0.5363325363, 0.0514459929],
  [0.2119034982, 0.6806995451, 0.1073969566],
  [0.0883024619, 0.2817188376, 0.6299787005],
]
const toLab: Matrix = [
  [0.2104542553, 0.793617785, -0.0040720468],
  [1.9779984951, -2.428592205, 0.4505937099],
  [0.0259040371, 0.7827717662, -0.808675766],
]

const multiply = (matrix: Matrix, v: Triple): Triple => [dot(matrix[0], v), dot(matrix[1], v), dot(matrix[2], v)]
const dot = (a: Triple, b: Triple): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]

/** Linear light of one sRGB channel, 0-255 to 0-1 (IEC 61966-2-1). */
function linearise(channel: number): number {
  const value = channel / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

function readLinear(colour: string): Triple {
  const value = Number.parseInt(colour.slice(1), 16)
  return [linearise((value >> 16) & 255), linearise((value >> 8) & 255), linearise(value & 255)]
}

const clamp = (value: number): number => Math.min(1, Math.max(0, value))

function readLab(colour: string, vision: Vision): Triple {
  const linear = readLinear(colour)
  const seen = vision === 'normal' ? linear : multiply(deficiencies[vision], linear)
  const [l, m, s] = multiply(toLms, [clamp(seen[0]), clamp(seen[1]), clamp(seen[2])])
  return multiply(toLab, [Math.cbrt(l), Math.cbrt(m), Math.cbrt(s)])
}

/** Distance of two `#rrggbb` colours in OKLab times 100, as an eye of this kind sees them. Black to white is 100. */
export function colourDistance(a: string, b: string, vision: Vision): number {
  const [first, second] = [readLab(a, vision), readLab(b, vision)]
  return 100 * Math.hypot(first[0] - second[0], first[1] - second[1], first[2] - second[2])
}

/** The smallest distance between any two of the colours for any kind of eye. */
export function worstDistance(colours: readonly string[]): number {
  const visions: readonly Vision[] = ['normal', 'protan', 'deutan', 'tritan']
  const pairs = colours.flatMap((a, index) => colours.slice(index + 1).map(b => [a, b] as const))
  return Math.min(...visions.flatMap(vision => pairs.map(([a, b]) => colourDistance(a, b, vision))))
}

/** Contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance). */
export function contrast(a: string, b: string): number {
  const [first, second] = [a, b].map(colour => dot([0.2126, 0.7152, 0.0722], readLinear(colour)) + 0.05) as [number, number]
  return Math.max(first, second) / Math.min(first, second)
}
