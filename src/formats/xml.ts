import { SdcError } from '#error'
import { SaxesParser } from 'saxes'

/** One element of a document, its name without prefix: mission files use the XTCE namespaces of three versions, or none. */
export interface XmlElement {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  /** The text directly inside, trimmed. */
  readonly text: string
  readonly line: number
}

interface OpenElement extends XmlElement {
  readonly children: OpenElement[]
  text: string
}

/** Nesting deeper than any real definition, so that a hostile one cannot exhaust the stack of those who walk the tree. */
const deepest = 200

const withoutPrefix = (name: string): string => name.slice(name.indexOf(':') + 1)

/** The root element of a document. External entities are never read. Throws `xml/malformed` with line and column. */
export function parseXml(xml: string): XmlElement {
  const parser = new SaxesParser()
  const open: OpenElement[] = []
  let root: OpenElement | undefined
  parser.on('error', error => {
    throw new SdcError('xml/malformed', `it is not well-formed XML: ${error.message}`, {
      line: parser.line,
      column: parser.column,
    })
  })
  parser.on('opentag', tag => {
    const attributes: Record<string, string> = {}
    for (const [name, value] of Object.entries(tag.attributes)) if (!name.startsWith('xmlns')) attributes[withoutPrefix(name)] = value
    const element: OpenElement = { name: withoutPrefix(tag.name), attributes, children: [], text: '', line: parser.line }
    if (open.length >= deepest) throw new SdcError('xml/malformed', `elements are nested deeper than ${deepest}`, { line: parser.line })
    open.at(-1)?.children.push(element)
    root ??= element
    open.push(element)
  })
  parser.on('text', text => {
    const element = open.at(-1)
    if (element !== undefined) element.text += text
  })
  parser.on('cdata', text => {
    const element = open.at(-1)
    if (element !== undefined) element.text += text
  })
  parser.on('closetag', () => {
    const element = open.pop()!
    element.text = element.text.trim()
  })
  parser.write(xml).close()
  // The parser has refused a document without an element.
  return root!
}

/** The first child of that name. */
export const childOf = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element?.children.find(child => child.name === name)

/** All children of that name. */
export const childrenOf = (element: XmlElement | undefined, name: string): readonly XmlElement[] =>
  element?.children.filter(child => child.name === name) ?? []
