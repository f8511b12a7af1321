/** A markup language, and how data is written in it so that it says itself and does nothing. */
export interface Dialect {
  /** For one text from its start: what surrounds data may matter to it. */
  begin(): DialectWriter
}

export interface DialectWriter {
  /** What the template itself wrote: it is markup, and stays. */
  literal(text: string): void
  /** @returns the data as it has to be written there */
  data(text: string): string
}
