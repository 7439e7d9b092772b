import { applyEdit, revertChange, type Change, type Edit } from './edit.ts'
import type { Selection } from './types.ts'

/** An edit that was performed, with what takes it back. */
export interface Done {
  readonly edit: Edit
  readonly change: Change
}

/** A selection and how it came about: the list of edits since `base` is the history. */
export interface History {
  readonly base: Selection
  readonly selection: Selection
  readonly done: readonly Done[]
  /** Taken back, the last one first. */
  readonly undone: readonly Edit[]
}

export const beginHistory = (base: Selection): History => ({ base, selection: base, done: [], undone: [] })

/** The history with one more edit; the same history and a sentence where it is refused. */
export function performEdit(history: History, edit: Edit): { readonly history: History; readonly refused?: string } {
  const { selection, change, refused } = applyEdit(history.selection, edit)
  if (refused !== undefined) return { history, refused }
  return { history: { ...history, selection, done: [...history.done, { edit, change }], undone: [] } }
}

/** Takes the last edit back; the same history where there is none. */
export function undoEdit(history: History): History {
  const last = history.done.at(-1)
  if (last === undefined) return history
  const selection = revertChange(history.selection, last.change)
  return { ...history, selection, done: history.done.slice(0, -1), undone: [...history.undone, last.edit] }
}

/** Performs the edit again that was taken back last; the same history where there is none. */
export function redoEdit(history: History): History {
  const edit = history.undone.at(-1)
  if (edit === undefined) return history
  const again = performEdit(history, edit)
  return again.refused === undefined ? { ...again.history, undone: history.undone.slice(0, -1) } : history
}

/** What a stored list of edits makes of a base; the same edits always give the same selection, ids included. */
export const replayEdits = (base: Selection, edits: readonly Edit[]): Selection =>
  edits.reduce((selection, edit) => applyEdit(selection, edit).selection, base)
