/**
 * Burst management and the Scientist-in-the-Loop: which cycles of burst recording are worth their downlink.
 *
 *     const grid = regularGrid(1812820840, 360, 10)     // an hour of ten-second cycles, TAI seconds since 1958
 *     cycleAt(grid, 1812820855)                         // 1
 *
 * The same module runs in the browser and on the server. Nothing here knows a mission: categories, bounds, weights and the
 * reserved pool are dated tables of the mission's folder.
 */
export {
  cutAtGaps,
  cycleAt,
  cycleEnd,
  cycleStart,
  cyclesWithin,
  makeGrid,
  regularGrid,
  runAround,
  type CycleGrid,
  type Run,
} from './grid.ts'
export {
  everySpacecraft,
  membersOf,
  segmentLength,
  type Segment,
  type SegmentContent,
  type Selection,
  type SpacecraftSet,
} from './types.ts'
