let heeded = false
let ending = false

/** From now on it is known when the process is told to end: before Node-RED stops its flows. */
export function heedProcessEnd(): void {
  if (heeded) return
  heeded = true
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.prependOnceListener(signal, () => {
      ending = true
      // a process that handles no signal ends by it
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal)
    })
  }
}

export const isProcessEnding = (): boolean => ending
