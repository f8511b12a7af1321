/** What the engine needs of the world; a test brings its own. */
export interface Clock {
  /** Unix time in milliseconds. It may jump. */
  now(): number
}

export interface Timers {
  setTimeout(call: () => void, ms: number): unknown
  clearTimeout(timer: unknown): void
}

export interface Log {
  info(text: string): void
  warn(text: string): void
  error(text: string): void
}
