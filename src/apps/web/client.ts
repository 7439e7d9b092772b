import './live.ts'

/** Comfort only: every page works without this. */

for (const button of document.querySelectorAll<HTMLButtonElement>('button.copy')) {
  button.hidden = false
  button.addEventListener('click', () => {
    void navigator.clipboard.writeText(button.dataset['copy'] ?? '').then(() => {
      button.textContent = 'copied'
      return setTimeout(() => (button.textContent = 'copy'), 1500)
    })
  })
}

/** The clock runs on from the server's time; a click shows the day of the year instead. */
const clock = document.querySelector<HTMLTimeElement>('[data-clock]')
if (clock !== null) {
  const ahead = Date.parse(clock.dateTime) - Date.now()
  let byDayOfYear = false
  const draw = (): void => {
    const now = new Date(Date.now() + ahead)
    const day = Math.floor((now.getTime() - Date.UTC(now.getUTCFullYear(), 0, 1)) / 86_400_000) + 1
    const date = byDayOfYear ? `${now.getUTCFullYear()}-${String(day).padStart(3, '0')}` : now.toISOString().slice(0, 10)
    clock.textContent = `${date}T${now.toISOString().slice(11, 16)}Z`
  }
  clock.addEventListener('click', () => {
    byDayOfYear = !byDayOfYear
    draw()
  })
  setInterval(draw, 10_000)
}

/** Keys of the quicklook page. Only there, never with a modifier, never while something is being written. */
const steps = { ArrowLeft: '[data-step=earlier]', ArrowRight: '[data-step=later]' } as const
document.addEventListener('keydown', event => {
  const writing = event.target instanceof Element && event.target.closest('input, select, textarea') !== null
  if (writing || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return
  const selector =
    event.key in steps ? steps[event.key as keyof typeof steps] : /^[1-9]$/.test(event.key) ? `[data-key="${event.key}"]` : undefined
  const link = selector === undefined ? null : document.querySelector<HTMLAnchorElement>(selector)
  if (link === null) return
  event.preventDefault()
  location.assign(link.href)
})

/** A drawing wider than its place begins at what the page is about, not at its oldest ancestor. */
const self = document.querySelector<SVGGElement>('.lineage .self')
const frame = self?.closest<HTMLElement>('.wide')
if (self !== null && frame !== undefined && frame !== null) {
  const [own, around] = [self.getBoundingClientRect(), frame.getBoundingClientRect()]
  frame.scrollLeft += own.left + own.width / 2 - around.left - around.width / 2
}

/** What is inside a CDF is read here, by ranges; the reader comes only where there is one. */
const inside = document.querySelector<HTMLElement>('[data-cdf]')
if (inside !== null) void import('./inside/inside.tsx').then(({ showInside }) => showInside(inside))
