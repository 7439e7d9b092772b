import { fail } from '#error'

/** A formula of one variable, made into a closure. */
export type Formula = (x: number) => number

const functions: Readonly<Record<string, (x: number) => number>> = {
  ln: x => Math.log(x),
  log10: x => Math.log10(x),
  exp: x => Math.exp(x),
  sqrt: x => Math.sqrt(x),
  abs: x => Math.abs(x),
}

const comparisons: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '.gt.': (a, b) => a > b,
  '.ge.': (a, b) => a >= b,
  '.lt.': (a, b) => a < b,
  '.le.': (a, b) => a <= b,
  '.eq.': (a, b) => a === b,
  '.ne.': (a, b) => a !== b,
}

interface Tokens {
  readonly list: readonly string[]
  readonly text: string
  at: number
  depth: number
}

const tokenPattern = /\d+\.?\d*(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?|\.[a-z]+\.|[a-z]\w*|[-+*/^(),]|\S/g

const refuse = (tokens: Tokens, what: string): never =>
  fail('xtce/invalid', `the formula "${tokens.text.slice(0, 200)}" has ${tokens.list[tokens.at] ?? 'its end'} where ${what} is due`, {
    formula: tokens.text,
  })

function take(tokens: Tokens, wanted: string): void {
  if (tokens.list[tokens.at] !== wanted) refuse(tokens, `"${wanted}"`)
  tokens.at++
}

/** Left-associative chain of two-sided operators over operands that `next` reads. */
function chain(
  tokens: Tokens,
  operators: Readonly<Record<string, (a: number, b: number) => number>>,
  next: (tokens: Tokens) => Formula,
): Formula {
  let left = next(tokens)
  for (;;) {
    const operator = operators[tokens.list[tokens.at] ?? '']
    if (operator === undefined) return left
    tokens.at++
    const [a, b] = [left, next(tokens)]
    left = x => operator(a(x), b(x))
  }
}

const truth = (value: boolean): number => (value ? 1 : 0)

const readOr = (tokens: Tokens): Formula => chain(tokens, { '.or.': (a, b) => truth(a !== 0 || b !== 0) }, readAnd)
const readAnd = (tokens: Tokens): Formula => chain(tokens, { '.and.': (a, b) => truth(a !== 0 && b !== 0) }, readComparison)
const comparing = Object.fromEntries(Object.entries(comparisons).map(([name, test]) => [name, (a: number, b: number) => truth(test(a, b))]))
const readComparison = (tokens: Tokens): Formula => chain(tokens, comparing, readSum)
const readSum = (tokens: Tokens): Formula => chain(tokens, { '+': (a, b) => a + b, '-': (a, b) => a - b }, readProduct)
const readProduct = (tokens: Tokens): Formula => chain(tokens, { '*': (a, b) => a * b, '/': (a, b) => a / b }, readSigned)

function readSigned(tokens: Tokens): Formula {
  const sign = tokens.list[tokens.at]
  if (sign !== '-' && sign !== '+') return readPower(tokens)
  tokens.at++
  const inner = nest(tokens, readSigned)
  return sign === '-' ? x => -inner(x) : inner
}

/** The power binds closer than the sign before it (-x^2 is -(x^2)) and to the right. */
function readPower(tokens: Tokens): Formula {
  const base = readAtom(tokens)
  if (tokens.list[tokens.at] !== '^') return base
  tokens.at++
  const exponent = nest(tokens, readSigned)
  return x => base(x) ** exponent(x)
}

/** Formulas come from files: their depth is limited, so that they cannot exhaust the stack. */
function nest(tokens: Tokens, read: (tokens: Tokens) => Formula): Formula {
  if (++tokens.depth > 200) refuse(tokens, 'less nesting than 200')
  const formula = read(tokens)
  tokens.depth--
  return formula
}

function readArguments(tokens: Tokens): readonly Formula[] {
  take(tokens, '(')
  const list = [nest(tokens, readOr)]
  while (tokens.list[tokens.at] === ',') {
    tokens.at++
    list.push(nest(tokens, readOr))
  }
  take(tokens, ')')
  return list
}

function readAtom(tokens: Tokens): Formula {
  const token = tokens.list[tokens.at] ?? ''
  if (token === '(') {
    const [inner, ...more] = readArguments(tokens)
    return more.length > 0 ? refuse(tokens, 'one value in brackets') : inner!
  }
  tokens.at++
  if (/^[\d.]/.test(token)) {
    const value = Number(token)
    if (!Number.isNaN(value)) return () => value
  }
  if (token === 'x') return x => x
  if (token === 'iif') {
    const [test, yes, no] = readArguments(tokens)
    if (test === undefined || yes === undefined || no === undefined) return refuse(tokens, 'iif(test, yes, no)')
    return x => (test(x) !== 0 ? yes(x) : no(x))
  }
  const known = Object.hasOwn(functions, token) ? functions[token] : undefined
  if (known !== undefined) {
    const [inner, ...more] = readArguments(tokens)
    return more.length > 0 ? refuse(tokens, 'one argument') : x => known(inner!(x))
  }
  tokens.at--
  return refuse(tokens, 'a number, x or a function')
}

/**
 * A calibration formula as packet dictionaries write them: numbers, `x`, + - * / ^, brackets, LN, LOG10, EXP, SQRT, ABS,
 * `iif(test, yes, no)`, .gt. .lt. .ge. .le. .eq. .ne., .and. .or., in letters of any case. Throws `xtce/invalid`.
 */
export function parseFormula(text: string): Formula {
  const tokens: Tokens = { list: text.toLowerCase().match(tokenPattern) ?? [], text, at: 0, depth: 0 }
  const formula = readOr(tokens)
  if (tokens.at < tokens.list.length) refuse(tokens, 'the end')
  return formula
}
