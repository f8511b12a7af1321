/**
 * Waiting for a condition that changes only when something happened: whoever makes it happen calls `check`. Nothing
 * polls and nothing sleeps, and a wait that is not fulfilled says what it saw.
 */
export class Waiters {
  readonly #waiting = new Set<() => void>()

  check(): void {
    for (const look of [...this.#waiting]) look()
  }

  /**
   * @param timeout milliseconds
   * @param describe what is known when the time is up, for the error
   */
  async until(condition: () => boolean, timeout: number, describe: () => string): Promise<void> {
    if (condition()) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const look = () => {
      if (condition()) resolve()
    }
    const timer = setTimeout(() => reject(new Error(`Waited ${timeout} ms in vain: ${describe()}`)), timeout)
    this.#waiting.add(look)
    try {
      await promise
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(look)
    }
  }
}

/** Asks again every few milliseconds: for what shows only in an answer of a server, where nobody could call `check`. */
export async function eventually(condition: () => Promise<boolean>, what: string, timeout = 5000): Promise<void> {
  for (const until = performance.now() + timeout; !(await condition()); ) {
    if (performance.now() > until) throw new Error(`Waited ${timeout} ms in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
