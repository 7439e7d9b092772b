import type { JSX } from 'preact'
import type { Snippet } from '../view.ts'

export const Snippets = ({ snippets }: { snippets: readonly Snippet[] }): JSX.Element => (
  <div class="snippets">
    {snippets.map((s, i) => (
      <details key={s.title} open={i < 2}>
        <summary>{s.title}</summary>
        <Code text={s.text} name={s.title} />
      </details>
    ))}
  </div>
)

/** Code that can be copied; the button appears only where scripts run. */
export const Code = ({ text, name, wrap = false }: { text: string; name: string; wrap?: boolean }): JSX.Element => (
  <div class={wrap ? 'code wrap' : 'code'}>
    <pre tabIndex={0}>
      <code>{text}</code>
    </pre>
    <button type="button" class="copy" data-copy={text} hidden aria-label={`copy ${name}`}>
      copy
    </button>
  </div>
)
