import type { Arrived, Outcome } from '../delivery/lane-port.js'
import type { AttemptResult, WebhookClient } from './client.js'
import type { Webhook } from './compile.js'
import { classify, inWords } from './outcome.js'
import { type AttemptInput, buildRequest, type WebhookRequest } from './request.js'
import type { WebhookResponse } from './response.js'

/** One attempt: what was sent, what came back with every secret masked, and what it means. */
export interface Attempted {
  readonly request: WebhookRequest
  readonly result: AttemptResult
  readonly outcome: Outcome
}

interface AttemptOptions {
  readonly signal?: AbortSignal
  readonly now: () => Date
  /** Called, and waited for, before anything looks at the answer. */
  readonly arrived?: Arrived | undefined
}

/**
 * Builds a request, makes it, and judges the answer. Deliveries and tests go through here alone: an answer is judged as
 * it came, since a mask could turn a refusal into a success, and leaves this function masked.
 * @param client of the same webhook
 * @throws AutomationError what `buildRequest` refuses; the signal's reason, when it aborts before there is an answer
 */
export async function attempt(
  webhook: Webhook,
  client: WebhookClient,
  input: AttemptInput,
  { signal, now, arrived }: AttemptOptions,
): Promise<Attempted> {
  const request = buildRequest(webhook, input)
  const came = await client.send(request, signal ? { signal } : {})
  const noted = arrived?.()
  if (noted !== undefined) await noted
  const result = masked(came, request)
  const outcome = classify(webhook, came, now())
  return { request, result, outcome: result === came ? outcome : inWords(outcome, webhook, result, now()) }
}

function masked(came: AttemptResult, request: WebhookRequest): AttemptResult {
  const { response, failure } = came
  if (failure) return { ...came, failure: { ...failure, message: request.scrub(failure.message) } }
  const shown = response && maskedResponse(response, request)
  return shown === undefined || shown === response ? came : { ...came, response: shown }
}

function maskedResponse(answer: WebhookResponse, request: WebhookRequest): WebhookResponse {
  const { headers, body, complete } = answer
  // most answers hold no secret, which one look tells: no part of a text without one has one
  let everything = body
  let names = ''
  for (const [name, value] of Object.entries(headers)) {
    everything += `\n${value}`
    names += `\n${name}`
  }
  const isClean = request.scrub(everything) === everything && request.scrubName(names) === names
  if (isClean && complete) return answer
  return { ...answer, headers: maskedHeaders(headers, request), body: request.scrubBody(body, { cut: !complete }) }
}

/** Headers whose names are masked alike are one header with several values, as in HTTP. */
function maskedHeaders(headers: WebhookResponse['headers'], request: WebhookRequest): WebhookResponse['headers'] {
  const all = new Map<string, string | string[]>()
  for (const [given, value] of Object.entries(headers)) {
    if (value === undefined) continue
    const name = request.scrubName(given)
    const shown = Array.isArray(value) ? value.map((each) => request.scrub(each)) : request.scrub(value)
    const known = all.get(name)
    all.set(name, known === undefined ? shown : [known, shown].flat())
  }
  // collected first: an endpoint may send a header called __proto__
  return Object.fromEntries(all)
}
