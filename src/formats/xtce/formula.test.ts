import { expect, test } from 'vitest'
import { parseFormula } from './formula.ts'

test.each([
  ['X*0.5 - 1', 4, 1],
  ['-x^2', 3, -9],
  ['2^-1^2', 0, 0.5],
  ['2^3^2', 0, 512],
  ['8-3-2', 0, 3],
  ['8/4/2', 0, 1],
  ['1+2*3', 0, 7],
  ['(1+2)*3', 0, 9],
  ['1.5E-3*x', 2, 0.003],
  ['.5*x', 4, 2],
  ['iif((x .gt. 4) .AND. (x .lt. 10), 1, 0)', 5, 1],
  ['iif((x .gt. 4) .AND. (x .lt. 10), 1, 0)', 10, 0],
  ['iif(x .le. 1 .or. x .ge. 5, 1, 0)', 3, 0],
  ['iif(x .eq. 3, 1, iif(x .ne. 4, 2, 3))', 4, 3],
  ['LN(EXP(x))', 2, 2],
  ['10*log10(x)', 100, 20],
  ['sqrt(abs(-x))', 9, 3],
  ['+x', 3, 3],
])('%s with x = %d is %d', (text, x, value) => {
  expect(parseFormula(text)(x)).toBeCloseTo(value, 12)
})

test.each(['', 'x +', '(x', 'x)', 'y', 'iif(1,2)', 'ln(1,2)', '(1,2)', '1 2', 'x .foo. 2', '.', 'constructor(1)', '-'.repeat(1000) + 'x'])(
  '%j is refused',
  text => {
    expect(() => parseFormula(text)).toThrow('the formula')
  },
)
