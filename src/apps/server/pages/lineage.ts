import type { Lineage, LineageNode } from '#apps/web'
import { listChildren, listParents } from '#services/access'
import type { FileEntry, Relative, Sight } from '#services/access'
import type { Db } from '#services/db'

/** Generations that the drawing goes back, and boxes per generation. */
const generations = 3
const most = 8

interface Draft {
  readonly nodes: Map<string, LineageNode>
  readonly edges: Map<string, { readonly from: string; readonly to: string; readonly role: string }>
}

/** A file's ancestors up to three generations, itself, and what was made of it. */
export async function traceLineage(db: Db, file: FileEntry, sight: Sight): Promise<Lineage> {
  const draft: Draft = { nodes: new Map(), edges: new Map() }
  draft.nodes.set(keyOf(file.id), nodeOf(file, 0, 'self'))
  let level: readonly number[] = [file.id]
  for (let back = 1; back <= generations && level.length > 0; back++) level = await addParents(draft, db, level, -back, sight)
  const children = (await listChildren(db, file.id, sight)).flatMap(r => (r.file === undefined ? [] : [{ ...r, file: r.file }]))
  for (const child of children.slice(0, most)) {
    draft.nodes.set(keyOf(child.file.id), nodeOf(child.file, 1, 'file'))
    addEdge(draft, keyOf(file.id), keyOf(child.file.id), child.role)
  }
  addMore(draft, 1, children.length - most)
  return { nodes: [...draft.nodes.values()], edges: [...draft.edges.values()] }
}

/** One generation back; gives the ids to go on from, those of hidden files too: what lies behind them may be public again. */
async function addParents(draft: Draft, db: Db, level: readonly number[], column: number, sight: Sight): Promise<readonly number[]> {
  const next = new Set<number>()
  let left = 0
  for (const child of level) {
    for (const parent of await listParents(db, child, sight)) {
      const id = parent.file?.id ?? parent.hidden?.id
      const key = id === undefined ? `${parent.role} ${parent.name ?? ''}` : keyOf(id)
      if (!draft.nodes.has(key)) {
        if ([...draft.nodes.values()].filter(n => n.column === column).length >= most) {
          left++
          continue
        }
        draft.nodes.set(key, parent.file === undefined ? absentNode(key, parent, column) : nodeOf(parent.file, column, 'file'))
        if (id !== undefined) next.add(id)
      }
      addEdge(draft, key, keyOf(child), parent.role)
    }
  }
  addMore(draft, column, left)
  return [...next]
}

const keyOf = (id: number): string => `#${id}`

const nodeOf = (file: FileEntry, column: number, kind: 'self' | 'file'): LineageNode => ({
  key: keyOf(file.id),
  title: file.dataset,
  text: `${file.partition} v${file.versionText}`,
  href: `/${file.mission}/file/${encodeURIComponent(file.name)}`,
  column,
  kind,
})

const absentNode = (key: string, parent: Relative, column: number): LineageNode => ({
  key,
  title: parent.hidden?.dataset ?? parent.name ?? `its ${parent.role}`,
  text: parent.hidden === undefined ? 'not held here' : `${parent.hidden.partition} team only`,
  href: undefined,
  column,
  kind: 'absent',
})

function addEdge(draft: Draft, from: string, to: string, role: string): void {
  draft.edges.set(`${from} ${to} ${role}`, { from, to, role })
}

function addMore(draft: Draft, column: number, count: number): void {
  if (count > 0)
    draft.nodes.set(`more ${column}`, {
      key: `more ${column}`,
      title: `and ${count} more`,
      text: '',
      href: undefined,
      column,
      kind: 'more',
    })
}
