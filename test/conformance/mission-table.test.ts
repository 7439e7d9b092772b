import { describe, expect, test } from 'vitest'
import { graphLevels, identifyName, makerOf } from '#domain/mission'
import { loadMission } from '#services/missions'
import { missionFolder } from '#test/installation'

const mission = await loadMission(missionFolder('mms'))
const ids = mission.products.map(p => p.id)

/** Rows of the data center's own table (instrument, mode, level, descriptors), as clients know them; - is none. */
const rows: readonly (readonly [string, string, string, string])[] = [
  ['afg dfg', 'srvy brst', 'l1a l1b ql l2pre', '-'],
  ['afg dfg', 'fast slow', 'l1a l1b ql', '-'],
  ['fgm', 'srvy brst', 'l2', '-'],
  ['scm', 'srvy', 'l1a', 'cal scm scsrvy'],
  ['scm', 'brst', 'l1a l2', 'scb schb'],
  ['fsm', 'brst', 'l3', '8khz'],
  ['edp', 'fast slow brst', 'l1b', 'dce dcv'],
  ['edp', 'fast slow brst', 'l2', 'dce scpot'],
  ['edp', 'srvy', 'l2', 'hfesp'],
  ['edp', 'brst', 'l2', 'hmfe ace dce scpot'],
  ['dsp', 'fast', 'l2', 'bpsd epsd swd'],
  ['dsp', 'srvy', 'l1a', '173 174 175 176 177 178 179 17a 17b'],
  ['edi', 'srvy brst', 'l2', 'efield amb amb-pm2 q0'],
  ['fpi', 'fast brst', 'l2', 'des-dist des-moms des-momsaux des-partmoms dis-dist dis-moms dis-momsaux dis-partmoms'],
  ['fpi', 'fast', 'ql', 'des dis'],
  ['fpi', 'fast', 'sitl trig', '-'],
  ['fpi', 'slow', 'l2', 'des-dist des-moms dis-dist dis-moms'],
  ['hpca', 'srvy brst', 'l2', 'ion moments tof-counts'],
  ['hpca', 'srvy', 'sitl', 'moments ion logicals'],
  ['epd-eis', 'srvy', 'l1a l1b l2', 'electronenergy extof phxtof partenergy'],
  ['epd-eis', 'brst', 'l2', 'electronenergy extof phxtof'],
  ['feeps', 'srvy brst', 'l2', 'electron ion'],
  ['feeps', 'srvy brst', 'l1a', 'electron-top electron-bottom ion-top ion-bottom'],
  ['aspoc', 'srvy', 'l2 l1b ql sitl', '-'],
  ['asp1 asp2', 'srvy', 'l1b', 'beam'],
  ['mec', 'srvy brst', 'l2', 'epht89d epht89q ephts04d'],
  ['fields', 'hk', 'l1b', '101 105 10e 14f 173 174 175 176 177 178 179 17a 17b'],
]

describe('the whole table of the first mission', () => {
  test.each(rows)('%s %s %s %s', (instruments, modes, levels, descriptors) => {
    for (const inst of instruments.split(' '))
      for (const mode of modes.split(' '))
        for (const level of levels.split(' '))
          for (const descriptor of descriptors.split(' '))
            expect(ids).toContain([inst, mode, level, ...(descriptor === '-' ? [] : [descriptor])].join(' '))
  })

  test('has as many kinds of job as the data center runs, or more', () => {
    expect(mission.processes.length).toBeGreaterThanOrEqual(47)
  })

  test('everything is made by one process, or arrives; what arrives is on this list', () => {
    const arrives = mission.products.filter(p => makerOf(mission, p.id) === undefined).map(p => p.id)
    expect(arrives.toSorted()).toEqual(
      [
        ['tlm srvy l0', 'tlm brst l0', 'contacts', 'timeline', 'orbits', 'events'],
        ['defatt', 'defeph', 'deferr', 'defq', 'predatt', 'predeph', 'predq'],
        ['fgm-cal', 'edp-cal', 'fpi-cal', 'hpca-cal', 'leapseconds', 'geomagnetic-indices', 'solar-wind-indices'],
      ]
        .flat()
        .toSorted(),
    )
    const makers = mission.processes.flatMap(p => p.outputs.map(o => o.product))
    expect(new Set(makers).size).toBe(makers.length)
  })

  test('from telemetry to the last product it takes six steps at the most', () => {
    expect(graphLevels(mission).length).toBeLessThanOrEqual(7)
  })

  test('uses every kind of partition, window, trigger and policy', () => {
    const partitions = new Set(mission.products.map(p => p.partition.kind))
    expect([...partitions].toSorted()).toEqual('contact day hours mission month orbit region segment span validity'.split(' '))
    const windows = new Set(mission.processes.flatMap(p => p.inputs.map(i => i.window.kind)))
    expect([...windows].toSorted()).toEqual(['nearest', 'orbits', 'previous', 'set', 'time', 'valid'])
    expect(mission.processes.some(p => p.every !== undefined)).toBe(true)
    expect(mission.processes.some(p => p.on.length > 0)).toBe(true)
    expect(mission.processes.some(p => p.wait !== undefined)).toBe(true)
    expect(mission.processes.some(p => p.resources.tokens['idl'] === 1)).toBe(true)
    expect(mission.processes.some(p => p.inputs.some(i => i.products.length > 1 && i.window.kind === 'time'))).toBe(true)
  })

  test('names of the services’ own kinds are read', () => {
    expect(identifyName(mission, 'mms2_fields_hk_l1b_101_20160101_v0.1.0.cdf')).toMatchObject({ dataset: 'mms2_fields_hk_l1b_101' })
    expect(identifyName(mission, 'mms1_hpca_srvy_l2_moments_20160101060000_v4.1.0.cdf')).toMatchObject({ version: [4, 1, 0] })
    expect(identifyName(mission, 'mms_timeline_2016011_2016073_v02.xml')).toMatchObject({ spacecraft: 'mms', version: [2] })
    expect(identifyName(mission, 'mms_orbits_2026326_2026327_v03.csv')).toMatchObject({ spacecraft: 'mms', version: [3] })
    expect(identifyName(mission, 'mms3_fgm-cal_20150313_20160101_v1.2.3.txt')).toMatchObject({ stop: Date.UTC(2016, 0, 1) })
  })
})
