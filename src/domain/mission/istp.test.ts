import { describe, expect, test } from 'vitest'
import { findProduct } from '#domain/mission'
import { sampleFaults, sampleMission } from '#test/sample-mission'

const inMission = (text: string): ((files: Record<string, string>) => Record<string, string>) => {
  return files => ({ ...files, 'mission.yaml': `${files['mission.yaml'] ?? ''}${text}` })
}
const policyOf = (text: string, product: string) => findProduct(sampleMission(inMission(text)), product).istp

const rule = `{ attribute: Instrument, on: file, presence: recommended, one-of: [A, B], max-length: 9, var-types: [data], mend: name it }`

describe('the ISTP policy', () => {
  test('is off where nobody says anything, and everywhere but in CDF files', () => {
    expect(policyOf('', 'mag srvy l2')).toEqual({ level: 'off', rules: [], severity: {} })
    expect(policyOf('istp: require\n', 'mag srvy l2').level).toBe('require')
    expect(policyOf('istp: require\n', 'mag srvy l0').level).toBe('off')
  })

  test("is the mission's, and the product's where it says so; rules add up", () => {
    const mission = sampleMission(files => ({
      ...inMission(`istp: { policy: report, rules: [${rule}], severity: { global/DOI: off, fillval/value: error } }\n`)(files),
      'products.yaml': (files['products.yaml'] ?? '').replace(
        '  interface: 3\n',
        '  interface: 3\n  istp: { policy: require, rules: [{ attribute: X, on: variable, mend: add X }], severity: { global/DOI: error } }\n',
      ),
    }))
    const read = {
      attribute: 'Instrument',
      on: 'file',
      presence: 'recommended',
      oneOf: ['A', 'B'],
      maxLength: 9,
      varTypes: ['data'],
      mend: 'name it',
    }
    expect(findProduct(mission, 'mag srvy l1').istp).toEqual({
      level: 'report',
      rules: [read],
      severity: { 'global/DOI': 'off', 'fillval/value': 'error' },
    })
    expect(findProduct(mission, 'mag srvy l2').istp).toEqual({
      level: 'require',
      rules: [read, { attribute: 'X', on: 'variable', presence: 'required', mend: 'add X' }],
      severity: { 'global/DOI': 'error', 'fillval/value': 'error' },
    })
  })

  test.each<[string, string, string]>([
    ['an unknown policy', 'istp: reqire', 'istp: "reqire" is unknown (nearest is "require")'],
    [
      'an unknown check',
      'istp: { severity: { global-DOI: off } }',
      'no check is called "global-DOI" (apsis cdf check FILE names the checks, e.g. global/DOI)',
    ],
    ['an unknown weight', 'istp: { severity: { global/DOI: of } }', 'the severity of global/DOI: "of" is unknown (nearest is "off")'],
    ['a rule without a mend', 'istp: { rules: [{ attribute: A, on: file }] }', 'the ISTP rule needs the key "mend"'],
    [
      'a rule for nothing',
      'istp: { rules: [{ attribute: A, on: disk, mend: m }] }',
      'on of the ISTP rule: "disk" is unknown (known: file, variable)',
    ],
    [
      'an unknown word in a rule',
      'istp: { rules: [{ attribute: A, on: file, patern: a, mend: m }] }',
      'the ISTP rule has no key "patern" (nearest is "pattern")',
    ],
    [
      'a broken pattern',
      "istp: { rules: [{ attribute: A, on: file, pattern: '(', mend: m }] }",
      'pattern of the ISTP rule is no regular expression',
    ],
  ])('%s is a fault with its place', (_, text, fault) => {
    const faults = sampleFaults('mission.yaml', 'simulation: simulation.yaml', `${text}\nsimulation: simulation.yaml`)
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(/^mission\.yaml:24:\d+: /u)
    expect(faults[0]).toContain(fault)
  })

  test('a product that is no CDF cannot have one', () => {
    expect(sampleFaults('products.yaml', '  ext: txt\n', '  ext: txt\n  istp: report\n')).toEqual([
      expect.stringContaining('the product "mag srvy l2 hourly" has format text: ISTP is about CDF files (take istp away)'),
    ])
  })
})
