import { readYaml } from '#doors/read-yaml'
import { fail } from '#error'
import type { CdfType } from '#formats/cdf'
import { parseUtc, tt2000FromTai1958 } from '#formats/time'

/** What becomes of packets: which container feeds which variables, and how samples get their times. Read from YAML. */
export interface DecomPlan {
  readonly descriptor: string
  readonly source: string
  readonly timeResolution: string
  readonly mods: readonly string[]
  /** Last two octets of each packet are a CRC: packets that fail it are left out. */
  readonly errorControl: boolean
  readonly streams: readonly StreamPlan[]
}

/** One container of packets and the time axis it feeds. */
export interface StreamPlan {
  readonly container: string
  /** Other packets are not looked at; absent: the definition alone decides. */
  readonly apid: number | undefined
  /** Name of the time variable. */
  readonly epoch: string
  readonly about: string
  readonly time: TimePlan
  /** Samples per second within a packet; absent: one sample per packet. */
  readonly rate: RatePlan | undefined
  /** Where in its interval a sample lies, in intervals: 0 its begin, 0.5 its middle. */
  readonly offset: number
  readonly variables: readonly VariablePlan[]
}

/** The time of a packet's first sample: seconds and parts of a second since an epoch, without leap seconds. */
export interface TimePlan {
  readonly seconds: string
  readonly subseconds: string | undefined
  /** How many `subseconds` make a second. */
  readonly perSecond: number
  /** TT2000. */
  readonly epoch: bigint
}

/** A fixed rate, or the rate that stands beside a parameter's raw value in a table. */
export type RatePlan = number | { readonly parameter: string; readonly table: Readonly<Record<number, number>> }

export interface VariablePlan {
  readonly name: string
  readonly parameter: string
  /** `sample`: its own value for each sample; `packet`: the packet's value for all its samples. */
  readonly per: 'sample' | 'packet'
  readonly value: 'raw' | 'engineering'
  /** Numbers to write instead of raw values. */
  readonly table: Readonly<Record<number, number>> | undefined
  readonly kind: 'data' | 'support'
  readonly type: CdfType
  readonly dims: readonly number[]
  readonly about: string
  readonly units: string
  readonly valid: readonly [number, number]
  readonly label: string | undefined
  /** Label variable of a vector and its words. */
  readonly labels: { readonly name: string; readonly values: readonly string[] } | undefined
  readonly notes: string | undefined
}

type Raw = Readonly<Record<string, unknown>>

/**
 * Reads a plan for a product of a mode; `{sc}`, `{SC}` and `{number}` in names and words stand for the spacecraft, `{mode}` for the mode, and a
 * text or number may be given by mode: `container: { srvy: MAG, brst: MAG_BURST }`. Throws `decom/plan`.
 */
export function readPlan(path: string, spacecraft: string, mode = ''): DecomPlan {
  const number = /\d+$/.exec(spacecraft)?.[0] ?? ''
  const fillIn = (text: string): string =>
    text
      .replaceAll('{sc}', spacecraft)
      .replaceAll('{SC}', spacecraft.toUpperCase())
      .replaceAll('{number}', number)
      .replaceAll('{mode}', mode)
  const plan = new Reader((readYaml(path, fillIn) ?? {}) as Raw, path, mode)
  return {
    descriptor: plan.text('descriptor'),
    source: plan.text('source', spacecraft.toUpperCase()),
    timeResolution: plan.text('time-resolution', 'see the time axis'),
    mods: plan.list('mods', ['First version.']).map(String),
    errorControl: plan.raw['error-control'] === true,
    streams: plan.list('streams').map(stream => readStream(new Reader(stream as Raw, path, mode))),
  }
}

function readStream(stream: Reader): StreamPlan {
  const time = new Reader((stream.raw['time'] ?? {}) as Raw, stream.path, stream.mode)
  const epoch = time.text('epoch')
  return {
    container: stream.text('container'),
    apid: stream.raw['apid'] === undefined ? undefined : stream.number('apid', 0),
    epoch: stream.text('epoch', 'Epoch'),
    about: stream.text('about', 'Time of the sample, TT2000'),
    time: {
      seconds: time.text('seconds'),
      subseconds: time.optional('subseconds'),
      perSecond: time.number('per-second', 1),
      epoch: epoch === 'tai-1958' ? tt2000FromTai1958(0n) : parseUtc(epoch),
    },
    rate: stream.raw['rate'] as RatePlan | undefined,
    offset: stream.number('offset', 0),
    variables: stream.list('variables').map(variable => readVariable(new Reader(variable as Raw, stream.path, stream.mode))),
  }
}

function readVariable(variable: Reader): VariablePlan {
  const [min, max] = variable.list('valid')
  return {
    name: variable.text('name'),
    parameter: variable.text('parameter'),
    per: variable.text('per', 'sample') as VariablePlan['per'],
    value: variable.text('value', 'raw') as VariablePlan['value'],
    table: variable.raw['table'] as VariablePlan['table'],
    kind: variable.text('kind', 'data') as VariablePlan['kind'],
    type: variable.text('type') as CdfType,
    dims: variable.list('dims', []).map(Number),
    about: variable.text('about'),
    units: variable.text('units', ' '),
    valid: [Number(min), Number(max)],
    label: variable.optional('label'),
    labels: variable.raw['labels'] as VariablePlan['labels'],
    notes: variable.optional('notes'),
  }
}

/** Takes values out of one mapping of the plan and says which key is wrong. */
class Reader {
  readonly raw: Raw
  readonly path: string
  readonly mode: string

  constructor(raw: Raw, path: string, mode: string) {
    this.raw = raw
    this.path = path
    this.mode = mode
  }

  text(key: string, other?: string): string {
    return this.optional(key) ?? other ?? this.refuse(key, 'must be a text')
  }

  optional(key: string): string | undefined {
    const value = this.ofMode(key)
    return value === undefined || typeof value === 'string' ? value : this.refuse(key, 'must be a text')
  }

  number(key: string, other: number): number {
    const value = this.ofMode(key) ?? other
    return typeof value === 'number' ? value : this.refuse(key, 'must be a number')
  }

  list(key: string, other?: readonly unknown[]): readonly unknown[] {
    const value = this.raw[key] ?? other
    return Array.isArray(value) ? (value as readonly unknown[]) : this.refuse(key, 'must be a list')
  }

  private ofMode(key: string): unknown {
    const value = this.raw[key]
    return typeof value === 'object' && value !== null && this.mode in value ? (value as Raw)[this.mode] : value
  }

  private refuse(key: string, what: string): never {
    return fail('decom/plan', `${this.path}: "${key}" ${what}, it is ${JSON.stringify(this.raw[key]) ?? 'absent'}`, { key })
  }
}
