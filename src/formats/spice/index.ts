/**
 * SPICE kernels as far as a data center must know them: which kind a file is, and of which time it speaks.
 *
 *     const kernel = readKernel(bytes)    // { kind: 'SPK', spans: [{ start, stop }], bodies: [-43] }
 */
export { readKernel } from './kernel.ts'
export type { Kernel } from './kernel.ts'
