/** New files wait behind a button, so that nothing moves under the reader; the loss of the link is said. */

interface Told {
  readonly kind: 'file' | 'open' | 'lost'
  readonly mission?: string
}

const button = document.querySelector<HTMLButtonElement>('[data-live]')
if (button !== null) follow(button)

function follow(button: HTMLButtonElement): void {
  const mission = button.dataset['live'] ?? ''
  let count = 0
  const show = (text: string): void => {
    button.textContent = text
    button.hidden = text === ''
  }
  const hear = (told: Told): void => {
    if (told.kind === 'file' && (mission === '' || told.mission === mission)) count++
    const news = count === 0 ? '' : `${count} new ${count === 1 ? 'file' : 'files'}: show`
    show(told.kind === 'lost' ? `live link lost ${new Date().toISOString().slice(11, 19)}Z, retrying` : news)
  }
  button.addEventListener('click', () => location.reload())
  // Browsers allow about six connections to a host in all tabs together: one tab listens, the others are told.
  const others = new BroadcastChannel('apsis-live')
  others.addEventListener('message', event => hear(event.data as Told))
  const tell = (told: Told): void => {
    hear(told)
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel reaches this origin alone
    others.postMessage(told)
  }
  // Locks are there on https and on this machine only; elsewhere a tab asks now and then.
  if (navigator.locks === undefined) poll(hear)
  else void navigator.locks.request('apsis-live', () => listen(tell))
}

/** Holds the stream, and with it the lock, until the page goes. */
function listen(tell: (told: Told) => void): Promise<void> {
  const source = new EventSource('/api/v1/live')
  source.addEventListener('file', ({ data }: MessageEvent<string>) => tell({ kind: 'file', ...(JSON.parse(data) as { mission: string }) }))
  source.addEventListener('open', () => tell({ kind: 'open' }))
  source.addEventListener('error', () => tell({ kind: 'lost' }))
  return new Promise(resolve => {
    addEventListener('pagehide', () => {
      source.close()
      resolve()
    })
  })
}

function poll(hear: (told: Told) => void): void {
  let known: number | undefined
  setInterval(() => {
    fetch('/api/v1/status')
      .then(answer => answer.json())
      .then((status: { readonly sequence: number }) => {
        for (let i = known ?? status.sequence; i < status.sequence; i++) hear({ kind: 'file' })
        known = status.sequence
        return known
      })
      .catch(() => hear({ kind: 'lost' }))
  }, 15_000)
}
