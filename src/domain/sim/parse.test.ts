import { describe, expect, test } from 'vitest'
import { simulationYaml } from '#test/simulation'
import { calibrationOn, parseFieldCalibration, parsePlasmaCalibration, parseSimulation } from './index.ts'

type Tree = { [key: string]: Tree }

/** The mission's own value with one place changed; `undefined` removes it. */
function changed(file: string, path: readonly string[], value: unknown): unknown {
  const tree = structuredClone(simulationYaml(file)) as Tree
  let at = tree
  for (const key of path.slice(0, -1)) at = at[key] as Tree
  const last = path.at(-1) ?? ''
  if (value === undefined) delete at[last]
  else at[last] = value as Tree
  return tree
}

describe("the mission folder's own files are sound", () => {
  test('simulation.yaml', () => {
    const parameters = parseSimulation(simulationYaml('simulation.yaml'))
    expect(parameters.spacecraft.map(({ id }) => id)).toEqual(['mms1', 'mms2', 'mms3', 'mms4'])
    expect(parameters.source).toMatch(/simulated/i)
    expect(parameters.contacts.lost).toHaveLength(1)
    expect(parameters.contacts.lateAttitude).toHaveLength(1)
  })

  test('the calibration tables have a row for every spacecraft since launch, and the newest row rules', () => {
    const field = parseFieldCalibration(simulationYaml('calibration/fgm.yaml'))
    const plasma = parsePlasmaCalibration(simulationYaml('calibration/fpi.yaml'))
    for (const table of [field, plasma.ion, plasma.electron] as Readonly<Record<string, readonly { readonly from: string }[]>>[])
      for (const id of ['mms1', 'mms2', 'mms3', 'mms4']) {
        expect(calibrationOn(table, id, '2015-03-12T00:00:00Z').from).toBe('2015-03-12')
        expect(calibrationOn(table, id, '2025-12-31').from).toBe('2015-03-12')
        expect(calibrationOn(table, id, '2026-11-23T10:00:00Z').from).toBe('2026-01-01')
      }
    expect(() => calibrationOn(field, 'mms1', '2014-01-01')).toThrow(/no calibration of mms1 is in force on 2014-01-01/)
    expect(() => calibrationOn(field, 'mms9', '2026-01-01')).toThrow(/mms9/)
  })
})

describe('a fault is named with its place', () => {
  test.each([
    [['source'], 'GSFC', /source: is "GSFC", must be text with the word "simulated"/],
    [['orbit', 'apogee-re'], '12', /orbit\.apogee-re: is "12", must be a number/],
    [['orbit', 'apogee-re'], undefined, /orbit\.apogee-re: missing/],
    [['orbit', 'perigee-re'], 13, /apogee 12 Re is not above perigee 13 Re/],
    [['orbit', 'apogee'], 12, /orbit: unknown key "apogee"; known are perigee-re, apogee-re/],
    [['spacecraft'], [], /spacecraft: is 0, must be a list of 4 entries/],
    [['spacecraft'], 'mms1', /spacecraft: is "mms1", must be a list/],
    [['spacecraft', '2', 'id'], 'MMS3', /spacecraft\[2\]\.id: is "MMS3", must be a lower-case word/],
    [['spacecraft', '0', 'principal-axis'], [0], /spacecraft\[0\]\.principal-axis: is 1, must be a list of 2 entries/],
    [['boundary'], 3, /boundary: is 3, must be a mapping/],
    [['contacts', 'lost', '0', 'spacecraft'], 'mms7', /there is no spacecraft "mms7"; known are mms1, mms2, mms3, mms4/],
    [['contacts', 'lost', '0', 'reason'], '', /contacts\.lost\[0\]\.reason/],
  ] as const)('simulation %s = %j', (path, value, message) => {
    expect(() => parseSimulation(changed('simulation.yaml', path, value))).toThrow(message)
  })

  test('in calibration tables too', () => {
    const field = (path: readonly string[], value: unknown) => () =>
      parseFieldCalibration(changed('calibration/fgm.yaml', ['field', ...path], value))
    expect(field(['mms1', '0', 'gain'], [1, 1])).toThrow(/field\.mms1\[0\]\.gain: is 2, must be a list of 3 entries/)
    expect(field(['mms2', '0', 'from'], '2027-01-01')).toThrow(/field\.mms2: rows are not in order of "from"/)
    expect(field(['mms2'], 5)).toThrow(/field\.mms2: is 5, must be a list/)
    expect(() => parseFieldCalibration({ field: 7 })).toThrow(/field: is 7, must be a mapping/)
    expect(() => parsePlasmaCalibration(changed('calibration/fpi.yaml', ['ion', 'mms1', '0', 'energies'], [1, 2]))).toThrow(
      /ion\.mms1\[0\]\.energies: is 2, must be a list of 32 entries/,
    )
  })
})
