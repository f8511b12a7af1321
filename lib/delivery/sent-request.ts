import type { Attempt, SentRequest } from './delivery.js'

/** What tells an attempt from every other, by the names of its headers; all the rest is the same in each. */
const CHANGING: Readonly<Record<string, (delivery: string, startedAt: number, attempt: number) => string>> = {
  'webhook-id': (delivery) => delivery,
  'webhook-timestamp': (_, startedAt) => String(Math.floor(startedAt / 1000)),
  'X-Automation-Attempt': (_, __, attempt) => String(attempt),
}

/** A request as a text without what changes: one text for thousands of attempts. Null when none was made. */
export function unchanging({ request }: Pick<Attempt, 'request'>): string | null {
  if (request === undefined) return null
  return JSON.stringify({ ...request, headers: withChanging(request.headers, () => '') })
}

/** The request of one attempt again. @param startedAt Unix milliseconds */
export function asSent(text: string, delivery: string, startedAt: number, attempt: number): SentRequest {
  const request = JSON.parse(text) as SentRequest
  return { ...request, headers: withChanging(request.headers, (name) => CHANGING[name]!(delivery, startedAt, attempt)) }
}

/** Also where a header is called __proto__. */
function withChanging(headers: SentRequest['headers'], value: (name: string) => string): SentRequest['headers'] {
  const all = Object.entries(headers).map(([name, text]) => [name, Object.hasOwn(CHANGING, name) ? value(name) : text])
  return Object.fromEntries(all) as SentRequest['headers']
}
