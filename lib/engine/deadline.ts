import type { Timers } from '../platform.js'

/** A promise that resolves after so many milliseconds, and how to call it off. Endless: it never does. */
export function deadline(timers: Timers, ms: number): { over: Promise<void>; cancel: () => void } {
  if (ms === Number.POSITIVE_INFINITY) return { over: new Promise(() => {}), cancel: () => {} }
  let timer: unknown
  const over = new Promise<void>((resolve) => {
    timer = timers.setTimeout(resolve, ms)
  })
  return { over, cancel: () => timers.clearTimeout(timer) }
}
