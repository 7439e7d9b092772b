import { isTime } from '../types.ts'
import { entryText, varTypeOf, type Report, type Subject } from './model.ts'

/** What concerns the file as a whole. */
export function checkFile(subject: Subject, report: Report): void {
  checkNames(subject, report)
  checkIdentity(subject, report)
  checkEpoch(subject, report)
  checkLinks(subject, report)
  const variables = [...subject.cdf.variables.values()]
  const old = variables.filter(v => v.kind === 'rVariable').length
  if (old > 0) report('warning', 'file/rvariables', `${old} of ${variables.length} variables are rVariables`, 'write zVariables')
  if (variables.some(v => varTypeOf(v) === 'data') && !variables.some(v => /qual|flag/iu.test(v.name)))
    report('warning', 'file/quality-flag', 'no variable tells the quality of the data', 'add a quality flag')
}

const NAME = /^[A-Za-z]\w*$/u

function checkNames({ cdf }: Subject, report: Report): void {
  const seen = new Map<string, string>()
  for (const name of cdf.variables.keys()) {
    if (!NAME.test(name))
      report(
        'warning',
        'names/form',
        `the variable name "${name}" is not letters, digits and underscores after a letter`,
        'rename the variable',
      )
    const twin = seen.get(name.toLowerCase())
    if (twin !== undefined) report('error', 'names/case', `the variables ${twin} and ${name} differ by case only`, 'rename one of them')
    seen.set(name.toLowerCase(), name)
  }
  for (const { name } of cdf.attributeNames)
    if (!NAME.test(name))
      report(
        'warning',
        'names/form',
        `the attribute name "${name}" is not letters, digits and underscores after a letter`,
        'rename the attribute',
        name,
      )
}

const first = (subject: Subject, name: string): string => entryText(subject.cdf.attributes.get(name)?.[0]).trim()
const short = (subject: Subject, name: string): string => (first(subject, name).split('>')[0] ?? '').trim().toLowerCase()

/** Names inside the file against each other and against its own. */
function checkIdentity(subject: Subject, report: Report): void {
  const source = first(subject, 'Logical_source').toLowerCase()
  for (const name of ['Source_name', 'Descriptor', 'Data_type']) {
    const part = short(subject, name)
    if (source !== '' && part !== '' && !sameWords(source, part))
      report(
        'warning',
        'identity/logical-source',
        `Logical_source ${source} does not contain ${part}, the short name of ${name}`,
        `make Logical_source from Source_name, Descriptor and Data_type`,
        'Logical_source',
      )
  }
  const { fileName } = subject.options
  if (fileName === undefined) return
  const stem = (fileName.split('/').at(-1) ?? fileName).replace(/\.cdf$/iu, '')
  const id = first(subject, 'Logical_file_id')
  if (id !== '' && id.toLowerCase() !== stem.toLowerCase())
    report(
      'error',
      'identity/logical-file-id',
      `Logical_file_id is ${id}, the file is called ${stem}`,
      'make both the same',
      'Logical_file_id',
    )
  if (source !== '' && !sameWords(stem.toLowerCase().slice(0, source.length), source))
    report(
      'error',
      'identity/file-name',
      `the file name ${stem} does not begin with Logical_source ${source}`,
      'make both agree',
      'Logical_source',
    )
  const version = first(subject, 'Data_version').replace(/^v/iu, '')
  if (version !== '' && !sameVersion(stem, version))
    report('error', 'identity/data-version', `Data_version is ${version}, the file is called ${stem}`, 'make both agree', 'Data_version')
}

const plain = (text: string): string => text.replaceAll(/[-_]/gu, '')
const sameWords = (text: string, part: string): boolean => plain(text).includes(plain(part))

// "1", "01" and "v001.0" number the same file.
function sameVersion(stem: string, version: string): boolean {
  const named = /_[vV]?(\d+(?:[.-]\d+)*)$/u.exec(stem)?.[1]
  const numbers = (text: string): string =>
    text
      .split(/[.-]/u)
      .map(Number)
      .join('.')
      .replace(/(\.0)+$/u, '')
  return named === undefined || numbers(named) === numbers(version)
}

function checkEpoch({ cdf }: Subject, report: Report): void {
  const variables = [...cdf.variables.values()]
  const times = variables.filter(v => isTime(v.type) && v.recordVarying && v.dims.length === 0)
  if (!variables.some(v => v.recordVarying && varTypeOf(v) === 'data') && times.length === 0) return
  if (times.length === 0) {
    report('error', 'epoch/missing', 'no variable holds times', 'add a variable Epoch of type CDF_TIME_TT2000')
    return
  }
  if (variables[0] !== undefined && !isTime(variables[0].type))
    report('warning', 'epoch/first', `the first variable is ${variables[0].name}, not a time`, 'put the time variable first')
  for (const time of times)
    if (time.type !== 'CDF_TIME_TT2000')
      report('warning', 'epoch/type', `${time.name} is ${time.type}, which does not know leap seconds`, 'use CDF_TIME_TT2000')
}

function checkLinks({ cdf }: Subject, report: Report): void {
  const count = (name: string): number => cdf.attributes.get(name)?.length ?? 0
  const [links, titles, texts] = [count('HTTP_LINK'), count('LINK_TITLE'), count('LINK_TEXT')]
  if (links !== titles || (texts !== 0 && texts !== links))
    report(
      'warning',
      'global/links',
      `HTTP_LINK, LINK_TITLE and LINK_TEXT have ${links}, ${titles} and ${texts} entries`,
      'give each link a title and a text',
      'HTTP_LINK',
    )
}
