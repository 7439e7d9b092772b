import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { digestScience, encodeCdf, openCdf } from './index.ts'
import type { Dataset } from './index.ts'

const field: Dataset = {
  attributes: { Project: 'STP', Data_version: '1.0.0', Parents: ['a', 'b'] },
  variables: [
    { name: 'Epoch', type: 'CDF_TIME_TT2000', values: [1n, 2n, 3n] },
    { name: 'B', type: 'CDF_REAL4', dims: [2], values: [1, 2, 3, Number.NaN, 5, 6], attributes: { UNITS: 'nT', MADE: 'x' } },
    { name: 'label', type: 'CDF_CHAR', recordVarying: false, values: ['Bx'] },
  ],
}
const provenance = new Set(['Data_version', 'Parents', 'MADE'])

async function digest(dataset: Dataset, majority: 'row' | 'column' = 'row'): Promise<string> {
  const hash = createHash('sha256')
  await digestScience(
    await openCdf(encodeCdf(dataset, { majority })),
    name => provenance.has(name),
    bytes => hash.update(bytes),
  )
  return hash.digest('hex')
}

const [epoch, b, label] = field.variables as [Dataset['variables'][0], Dataset['variables'][0], Dataset['variables'][0]]
const withB = (change: Partial<Dataset['variables'][0]>): Dataset => ({ ...field, variables: [epoch, { ...b, ...change }, label] })

describe('does not count:', () => {
  test.each<[string, Dataset]>([
    ['dates and versions', { ...field, attributes: { Project: 'STP', Data_version: '1.0.1', Parents: ['c'] } }],
    ['provenance that is absent', { ...field, attributes: { Project: 'STP' } }],
    ['provenance of a variable', withB({ attributes: { UNITS: 'nT' } })],
    ['the order of variables', { ...field, variables: [label, b, epoch] }],
    ['compression', withB({ compression: 'gzip' })],
    ['blanks at the end of text', withB({ attributes: { UNITS: 'nT  ' } })],
  ])('%s', async (_, other) => expect(await digest(other)).toBe(await digest(field)))

  test('majority', async () => expect(await digest(field, 'column')).toBe(await digest(field)))
})

describe('counts:', () => {
  test.each<[string, Dataset]>([
    ['a value', withB({ values: [1, 2, 3, Number.NaN, 5, 7] })],
    ['a type', withB({ type: 'CDF_REAL8' })],
    ['a shape', withB({ dims: [3], values: [1, 2, 3, Number.NaN, 5, 6] })],
    ['an attribute of a variable', withB({ attributes: { UNITS: 'T' } })],
    ['a global attribute', { ...field, attributes: { ...field.attributes, Project: 'Other' } }],
    ['a name', withB({ name: 'B_gse' })],
    ['a variable less', { ...field, variables: [epoch, b] }],
    ['a time', { ...field, variables: [{ ...epoch, values: [1n, 2n, 4n] }, b, label] }],
  ])('%s', async (_, other) => expect(await digest(other)).not.toBe(await digest(field)))
})
