import { describe, expect, test } from 'vitest'
import { diffCdf, encodeCdf, openCdfSync, type Cdf, type DatasetVariable } from './index.ts'

const epoch = (times: readonly number[]): DatasetVariable => ({ name: 'Epoch', type: 'CDF_TIME_TT2000', values: times.map(BigInt) })
const b = (values: readonly number[], more: Partial<DatasetVariable> = {}): DatasetVariable => ({
  name: 'B',
  type: 'CDF_REAL8',
  values,
  attributes: { DEPEND_0: 'Epoch' },
  ...more,
})
const make = (variables: readonly DatasetVariable[], attributes = {}): Cdf => openCdfSync(encodeCdf({ attributes, variables }))

describe('comparing two files', () => {
  test('a file equals itself', async () => {
    const file = make([epoch([1, 2, 3]), b([1, Number.NaN, 3])], { TITLE: ['a', 'b'] })
    const diff = await diffCdf(file, file)
    expect([diff.same, diff.attributes, diff.variables.map(v => [v.state, v.compared])]).toEqual([
      true,
      [],
      [
        ['same', 3],
        ['same', 3],
      ],
    ])
  })

  test('changed values: where, how many, how much', async () => {
    const times = Array.from({ length: 10 }, (_, i) => i)
    const before = make([epoch(times), b(times)])
    const after = make([epoch(times), b(times.map(i => (i === 2 || i === 3 ? i + 1 : i === 7 ? i - 5 : i)))])
    const [, diff] = (await diffCdf(before, after)).variables
    expect(diff).toMatchObject({ state: 'changed', compared: 10, changedRecords: 3, largest: 5, median: 1, onlyBefore: 0, onlyAfter: 0 })
    expect(diff?.intervals).toEqual([
      { first: 2, last: 3 },
      { first: 7, last: 7 },
    ])
  })

  test('records are matched by time', async () => {
    const diff = await diffCdf(make([epoch([10, 20, 30]), b([1, 2, 3])]), make([epoch([20, 30, 40, 50]), b([2, 4, 5, 6])]))
    expect(diff.variables[1]).toMatchObject({ compared: 2, changedRecords: 1, onlyBefore: 1, onlyAfter: 2, largest: 1 })
    expect(diff.variables[0]).toMatchObject({ state: 'changed', compared: 2, onlyBefore: 1, onlyAfter: 2 })
  })

  test('by number where times are not in order', async () => {
    const diff = await diffCdf(make([epoch([3, 1]), b([1, 2])]), make([epoch([3, 1]), b([1, 3])]))
    expect(diff.variables[1]).toMatchObject({ compared: 2, changedRecords: 1 })
  })

  test('variables that come, go, or change their type', async () => {
    const diff = await diffCdf(
      make([b([1]), { name: 'old', type: 'CDF_INT4', values: [1, 2] }]),
      make([b([1], { type: 'CDF_REAL4', values: [1] }), { name: 'new', type: 'CDF_INT4', values: [1] }]),
    )
    expect(diff.variables.map(v => [v.name, v.state])).toEqual([
      ['B', 'redefined'],
      ['old', 'removed'],
      ['new', 'added'],
    ])
    expect(diff.same).toBe(false)
  })

  test('attributes, of the file and of variables; text values', async () => {
    const label = (values: string[], units: string): DatasetVariable => ({
      name: 'L',
      type: 'CDF_CHAR',
      elements: 3,
      values,
      attributes: { UNITS: units },
    })
    const diff = await diffCdf(make([label(['a', 'b'], 'nT')], { A: 1, B: 'x' }), make([label(['a', 'c'], 'T')], { A: 2, C: 'y' }))
    expect(diff.attributes).toEqual([
      { name: 'A', before: [[1]], after: [[2]] },
      { name: 'B', before: ['x'], after: null },
      { name: 'C', before: null, after: ['y'] },
    ])
    expect(diff.variables[0]).toMatchObject({
      state: 'changed',
      changedRecords: 1,
      largest: null,
      attributes: [{ name: 'UNITS', before: 'nT', after: 'T' }],
    })
  })

  test('vectors count as one record, pairs of EPOCH16 too', async () => {
    const v = (values: number[]): DatasetVariable => ({ name: 'V', type: 'CDF_REAL4', dims: [2], values })
    const e = (values: number[]): DatasetVariable => ({ name: 'E', type: 'CDF_EPOCH16', values })
    const diff = await diffCdf(make([v([1, 2, 3, 4]), e([1, 0, 2, 0])]), make([v([1, 2, 5, 6]), e([1, 0, 2, 9])]))
    expect(diff.variables.map(d => [d.name, d.compared, d.changedRecords, d.largest])).toEqual([
      ['V', 2, 1, 2],
      ['E', 2, 1, 9],
    ])
  })
})
