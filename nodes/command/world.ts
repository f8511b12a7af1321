/** What the command has of the machine that it runs on. */
export interface CommandWorld {
  readonly env: Readonly<Record<string, string | undefined>>
  /** The text of a file; `-` is standard input. */
  readonly read: (path: string) => string
  readonly now: () => Date
  /** Writes a line. */
  readonly out: (line: string) => void
  readonly report: (line: string) => void
}
