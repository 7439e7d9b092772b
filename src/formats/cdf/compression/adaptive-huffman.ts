import { BitReader } from './bits.ts'
import { ByteSink } from './sink.ts'

const END = 256
const ESCAPE = 257
const SYMBOLS = 258
const NODES = SYMBOLS * 2 - 1
const ROOT = 0
const MAX_WEIGHT = 0x8000

/** A tree that learns while it decodes: nodes in order of falling weight, siblings side by side (Nelson, chapter 4). */
interface Tree {
  /** Node of each symbol, -1 while it has not occurred. */
  readonly leaf: Int16Array
  nextFree: number
  readonly weight: Uint16Array
  readonly parent: Int16Array
  readonly isLeaf: Uint8Array
  readonly child: Int16Array
}

/** CDF's AHUFF: adaptive Huffman, new symbols announced by an escape and sent as eight bits, closed by symbol 256. */
export function decodeAdaptiveHuffman(packed: Uint8Array, expected: number, limit: number): Uint8Array {
  const tree = plantTree()
  const bits = new BitReader(packed, 0)
  const sink = new ByteSink(expected, limit)
  for (;;) {
    let node = ROOT
    while (tree.isLeaf[node] === 0) node = (tree.child[node] as number) + bits.bit()
    let symbol = tree.child[node] as number
    if (symbol === END) return sink.take()
    if (symbol === ESCAPE) {
      symbol = bits.bits(8)
      addSymbol(tree, symbol)
    }
    sink.put(symbol)
    raiseWeight(tree, symbol)
  }
}

function plantTree(): Tree {
  const tree: Tree = {
    leaf: new Int16Array(SYMBOLS).fill(-1),
    nextFree: ROOT + 3,
    weight: new Uint16Array(NODES + 2),
    parent: new Int16Array(NODES + 2),
    isLeaf: new Uint8Array(NODES + 2),
    child: new Int16Array(NODES + 2),
  }
  setNode(tree, ROOT, 2, false, ROOT + 1)
  tree.parent[ROOT] = -1
  setNode(tree, ROOT + 1, 1, true, END)
  setNode(tree, ROOT + 2, 1, true, ESCAPE)
  tree.parent[ROOT + 1] = ROOT
  tree.parent[ROOT + 2] = ROOT
  tree.leaf[END] = ROOT + 1
  tree.leaf[ESCAPE] = ROOT + 2
  return tree
}

function setNode(tree: Tree, node: number, weight: number, isLeaf: boolean, child: number): void {
  tree.weight[node] = weight
  tree.isLeaf[node] = isLeaf ? 1 : 0
  tree.child[node] = child
}

function addSymbol(tree: Tree, symbol: number): void {
  if (tree.leaf[symbol] !== -1) throw new Error(`symbol ${symbol} is announced twice`)
  const lightest = tree.nextFree - 1
  const moved = tree.nextFree
  const added = tree.nextFree + 1
  tree.nextFree += 2
  setNode(tree, moved, tree.weight[lightest] as number, tree.isLeaf[lightest] === 1, tree.child[lightest] as number)
  tree.parent[moved] = lightest
  tree.leaf[tree.child[moved] as number] = moved
  setNode(tree, lightest, tree.weight[lightest] as number, false, moved)
  setNode(tree, added, 0, true, symbol)
  tree.parent[added] = lightest
  tree.leaf[symbol] = added
}

function raiseWeight(tree: Tree, symbol: number): void {
  if (tree.weight[ROOT] === MAX_WEIGHT) rebuild(tree)
  let node = tree.leaf[symbol] as number
  while (node !== -1) {
    tree.weight[node] = (tree.weight[node] as number) + 1
    let heavier = node
    while (heavier > ROOT && (tree.weight[heavier - 1] as number) < (tree.weight[node] as number)) heavier--
    if (heavier !== node) {
      swapNodes(tree, node, heavier)
      node = heavier
    }
    node = tree.parent[node] as number
  }
}

function adopt(tree: Tree, node: number): void {
  const child = tree.child[node] as number
  if (tree.isLeaf[node] === 1) tree.leaf[child] = node
  else {
    tree.parent[child] = node
    tree.parent[child + 1] = node
  }
}

function swapNodes(tree: Tree, i: number, j: number): void {
  const [weight, isLeaf, child] = [tree.weight[i] as number, tree.isLeaf[i] === 1, tree.child[i] as number]
  setNode(tree, i, tree.weight[j] as number, tree.isLeaf[j] === 1, tree.child[j] as number)
  setNode(tree, j, weight, isLeaf, child)
  adopt(tree, i)
  adopt(tree, j)
}

// When the root reaches its limit all leaves are halved (rounding up) and the tree is built anew from the light end.
function rebuild(tree: Tree): void {
  let top = tree.nextFree - 1
  for (let i = top; i >= ROOT; i--) {
    if (tree.isLeaf[i] === 0) continue
    setNode(tree, top, ((tree.weight[i] as number) + 1) >> 1, true, tree.child[i] as number)
    top--
  }
  for (let i = tree.nextFree - 2; top >= ROOT; i -= 2, top--) {
    const weight = (tree.weight[i] as number) + (tree.weight[i + 1] as number)
    let at = top + 1
    while (weight < (tree.weight[at] as number)) at++
    at--
    for (let k = top; k < at; k++) setNode(tree, k, tree.weight[k + 1] as number, tree.isLeaf[k + 1] === 1, tree.child[k + 1] as number)
    setNode(tree, at, weight, false, i)
  }
  for (let i = tree.nextFree - 1; i >= ROOT; i--) adopt(tree, i)
}
