import type { JSX } from 'preact'
import type { Said } from '../view.ts'
import { StateCell } from './state.tsx'

/** The sentence that says the state first. */
export const Sentence = ({ said }: { said: readonly Said[] }): JSX.Element => (
  <p class="sentence">
    {said.map((piece, i) => (
      <span key={`${i} ${piece.text}`}>
        {piece.state === undefined ? null : (
          <>
            <StateCell shown={piece.state} />{' '}
          </>
        )}
        {piece.href === undefined ? piece.text : <a href={piece.href}>{piece.text}</a>}
      </span>
    ))}
  </p>
)
