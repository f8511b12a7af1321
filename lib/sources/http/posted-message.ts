import type { IncomingHttpHeaders } from 'node:http'

/** A request whose sender has proved itself. */
export interface PostedMessage {
  readonly headers: IncomingHttpHeaders
  /** Path and query, as they were asked for. */
  readonly target: string
  readonly body: Buffer
  /** What of a text from outside may go on and be shown: JSON stays the JSON that it was. */
  shown(text: string): string
}
