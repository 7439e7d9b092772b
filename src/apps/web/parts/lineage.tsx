import type { JSX } from 'preact'
import type { Lineage, LineageNode } from '../view.ts'
import { formatPartition } from '../words.ts'

const box = { width: 226, height: 40, gapX: 54, gapY: 10 } as const

interface Placed extends LineageNode {
  readonly x: number
  readonly y: number
}

/** Where a file came from and what was made of it, left to right; every box leads to its file. */
export const LineageDrawing = ({ lineage, name }: { lineage: Lineage; name: string }): JSX.Element => {
  const { nodes, width, height } = place(lineage.nodes)
  const at = new Map(nodes.map(n => [n.key, n]))
  return (
    <div class="wide" tabIndex={0} role="region" aria-label="lineage drawing">
      <svg
        class="lineage"
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="img"
        aria-label={`Lineage of ${name}: lists of its inputs and products follow`}
      >
        {lineage.edges.map(e => {
          const [from, to] = [at.get(e.from), at.get(e.to)]
          return from === undefined || to === undefined ? null : (
            <path key={`${e.from} ${e.to} ${e.role}`} class="edge" d={curve(from, to)} />
          )
        })}
        {nodes.map(n => (
          <Box node={n} key={n.key} />
        ))}
      </svg>
    </div>
  )
}

const Box = ({ node }: { node: Placed }): JSX.Element => {
  const drawn = (
    <g class={`box ${node.kind}`} transform={`translate(${node.x} ${node.y})`}>
      <title>{`${node.title} ${node.text}`}</title>
      {node.kind === 'more' ? null : <rect width={box.width} height={box.height} rx="3" />}
      <text x="9" y="16">
        {shorten(node.title, 32)}
      </text>
      <text x="9" y="31" class="second">
        {shorten(node.text.split(' ').map(formatPartition).join(' '), 36)}
      </text>
    </g>
  )
  return node.href === undefined || node.kind === 'self' ? drawn : <a href={node.href}>{drawn}</a>
}

const shorten = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`)

function place(nodes: readonly LineageNode[]): { readonly nodes: readonly Placed[]; readonly width: number; readonly height: number } {
  const columns = [...new Set(nodes.map(n => n.column))].toSorted((a, b) => a - b)
  const tallest = Math.max(...columns.map(c => nodes.filter(n => n.column === c).length))
  const step = box.height + box.gapY
  const height = tallest * step - box.gapY + 4
  const placed = columns.flatMap((c, i) => {
    const column = nodes.filter(n => n.column === c)
    const top = (height - (column.length * step - box.gapY)) / 2
    return column.map((n, j) => ({ ...n, x: 2 + i * (box.width + box.gapX), y: Math.round(top + j * step) }))
  })
  return { nodes: placed, width: columns.length * (box.width + box.gapX) - box.gapX + 4, height }
}

function curve(from: Placed, to: Placed): string {
  const [x1, y1, x2, y2] = [from.x + box.width, from.y + box.height / 2, to.x, to.y + box.height / 2]
  const bend = Math.max(20, (x2 - x1) / 2)
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`
}
