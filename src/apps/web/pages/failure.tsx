import type { JSX } from 'preact'
import type { FailureView } from '../view.ts'

export const Failure = ({ view }: { view: FailureView }): JSX.Element => (
  <>
    <h1>{view.title}</h1>
    <p class="sentence">{view.text}</p>
    {view.near.length === 0 ? null : (
      <>
        <h2>Nearest</h2>
        <ul class="plain">
          {view.near.map(n => (
            <li key={n.href}>
              <a href={n.href}>{n.text}</a>
            </li>
          ))}
        </ul>
      </>
    )}
    <p>
      <a href="/">Home</a> · <a href="/ops">Operations</a>
      {view.status >= 500 ? <span class="second"> · quote request {view.request}</span> : null}
    </p>
  </>
)
