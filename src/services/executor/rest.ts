/** A pause that is over when its time is, or when somebody calls. */
export interface Rest {
  /** A call while nobody rests makes the next rest none. */
  wake(): void
  /** Milliseconds. */
  until(pause: number): Promise<void>
}

export function openRest(stop: AbortSignal): Rest {
  let called = false
  let end: () => void = () => undefined
  const wake = (): void => {
    called = true
    end()
  }
  stop.addEventListener('abort', wake, { once: true })
  return {
    wake,
    until: async pause => {
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, called || stop.aborted ? 0 : pause)
      end = resolve
      await promise
      clearTimeout(timer)
      called = false
    },
  }
}
