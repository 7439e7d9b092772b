/** A step of a calculation in reverse Polish order: a constant, the raw value, or an operator on what stands before. */
export type MathStep = number | 'raw' | { readonly operator: string }

const truth = (value: boolean): number => (value ? 1 : 0)

/** Operators of XTCE 1.2 (MathOperatorsType) by the number of operands that they take and give; the last operand is the top. */
const one: Readonly<Record<string, (x: number) => number>> = {
  'e^x': Math.exp,
  ln: Math.log,
  log: Math.log10,
  '1/x': x => 1 / x,
  'x!': x => {
    let product = 1
    for (let i = 2; i <= Math.min(x, 171); i++) product *= i
    return product
  },
  tan: Math.tan,
  cos: Math.cos,
  sin: Math.sin,
  atan: Math.atan,
  acos: Math.acos,
  asin: Math.asin,
  tanh: Math.tanh,
  cosh: Math.cosh,
  sinh: Math.sinh,
  atanh: Math.atanh,
  acosh: Math.acosh,
  asinh: Math.asinh,
  abs: Math.abs,
  '~': x => ~x,
  '!': x => truth(x === 0),
}

const two: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': (a, b) => a ** b,
  'y^x': (a, b) => a ** b,
  atan2: Math.atan2,
  min: Math.min,
  max: Math.max,
  xor: (a, b) => a ^ b,
  div: (a, b) => Math.trunc(a / b),
  '<<': (a, b) => a << b,
  '>>': (a, b) => a >> b,
  '&': (a, b) => a & b,
  '|': (a, b) => a | b,
  '&&': (a, b) => truth(a !== 0 && b !== 0),
  '||': (a, b) => truth(a !== 0 || b !== 0),
  '>': (a, b) => truth(a > b),
  '>=': (a, b) => truth(a >= b),
  '<': (a, b) => truth(a < b),
  '<=': (a, b) => truth(a <= b),
  '==': (a, b) => truth(a === b),
  '!=': (a, b) => truth(a !== b),
}

/** Operators on the stack itself: how many operands they need, and what they make of them. */
const stack: Readonly<Record<string, { readonly need: number; readonly apply: (list: number[]) => void }>> = {
  swap: { need: 2, apply: list => list.push(...list.splice(-2).reverse()) },
  drop: { need: 1, apply: list => void list.pop() },
  dup: { need: 1, apply: list => void list.push(list.at(-1)!) },
  over: { need: 2, apply: list => void list.push(list.at(-2)!) },
}

const needOf = (operator: string): number | undefined =>
  Object.hasOwn(one, operator) ? 1 : Object.hasOwn(two, operator) ? 2 : Object.hasOwn(stack, operator) ? stack[operator]!.need : undefined

function step(list: number[], operator: string): void {
  if (Object.hasOwn(stack, operator)) return stack[operator]!.apply(list)
  const b = list.pop()!
  list.push(Object.hasOwn(one, operator) ? one[operator]!(b) : two[operator]!(list.pop()!, b))
}

/** What is wrong with the steps, in words, or undefined when they give one value. */
export function findMathFault(steps: readonly MathStep[]): string | undefined {
  const list: number[] = []
  for (const one of steps) {
    if (typeof one !== 'object') list.push(1)
    else {
      const need = needOf(one.operator)
      if (need === undefined) return `the operator "${one.operator}"`
      if (list.length < need) return `too few operands for "${one.operator}"`
      step(list, one.operator)
    }
  }
  return list.length === 1 ? undefined : `${list.length} values left at its end`
}

/** The curve of steps that have no fault. */
export const compileMath =
  (steps: readonly MathStep[]): ((raw: number) => number) =>
  raw => {
    const list: number[] = []
    for (const one of steps) {
      if (typeof one === 'object') step(list, one.operator)
      else list.push(one === 'raw' ? raw : one)
    }
    return list[0]!
  }
