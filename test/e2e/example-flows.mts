import { createHash, createHmac } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { type PlainFormat, readEvents } from '../../dist/lib/sources/http/read-events.js'
import type { Format, HttpSourceSettings } from '../../dist/lib/sources/http/settings.js'
import { readAny } from '../lib/sources/mapped/mapped.mts'
import { fences, postedEvents } from '../package/markdown.mts'
import type { FlowNode } from './harness/node-red.mts'

const folder = path.resolve(import.meta.dirname, '../../examples')

/** Names of the examples as Import > Examples shows them. */
export const EXAMPLES = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => file.replace(/\.json$/, ''))
  .sort()

/** Those that somebody posts events to; the others watch a registry. */
export const POSTED = EXAMPLES.filter((name) => sourceOf(readExample(name))?.['kind'] === 'http')
export const WATCHING = EXAMPLES.filter((name) => !POSTED.includes(name))
export const WATCHING_WANDB = WATCHING.filter((name) => sourceOf(readExample(name))?.['kind'] === 'wandb')

export function readExample(name: string): FlowNode[] {
  return JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8'))
}

export interface Posted {
  readonly path: string
  readonly event: Record<string, unknown>
}

/** What the example's own comment posts with `curl`. */
export function documentedEvent(flow: readonly FlowNode[]): Posted {
  const [posted] = postedEvents(commentOf(flow))
  if (!posted) throw new Error('No comment of the example posts an event.')
  return { path: posted.path, event: posted.body as Record<string, unknown> }
}

/** The text of the example's own comment. */
const commentOf = (flow: readonly FlowNode[]) => String(flow.find(({ type }) => type === 'comment')?.['info'])

/** The commands of the example's comment that post to its own source, as a person would copy them. */
export function documentedCommand(flow: readonly FlowNode[]): string {
  const command = fences(commentOf(flow), 'sh').find(({ text }) => postedEvents(text).length > 0)
  if (!command) throw new Error('No comment of the example posts an event.')
  return command.text
}

export interface ExamplePost {
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: unknown
  /** What it becomes. Its time is absent where nobody but the source knows it. */
  readonly event: Record<string, unknown>
}

/** The event that the example's own comment posts with `curl`, under an id of the test's. */
export async function documentedPost(
  flow: readonly FlowNode[],
  { event_id, ...change }: { event_id: string; [field: string]: unknown },
): Promise<ExamplePost> {
  const { path: route, event: posted } = documentedEvent(flow)
  const source = flow.find(({ type }) => type === 'artifact-source')
  const { format, auth, headerName, ...settings } = source as unknown as HttpSourceSettings
  const body = withId(format, posted, event_id, change)
  const idHeaders: Record<string, string> = format === 'mlflow' ? { 'x-mlflow-delivery-id': event_id } : {}
  const delivery = idHeaders['x-mlflow-delivery-id']
  const context = { settings, delivery, receivedAt: new Date(0), newId: () => event_id }
  const [event] =
    format === 'mapped'
      ? await readAny({ format, ...settings }, body)
      : readEvents(format as PlainFormat, body, context).events
  const { event_time, ...untimed } = event ?? {}
  return {
    path: route,
    headers: { ...idHeaders, ...credential({ auth, headerName }, sourceSecret(flow), body, delivery) },
    body,
    event: event_time === new Date(0).toISOString() ? untimed : { event_time, ...untimed },
  }
}

type Body = Record<string, unknown>

/** MLflow's id is a header, and the Hub's is made of the commit. */
function withId(format: Format, body: Body, event_id: string, change: Body): Body {
  if (format === 'event') return { event_id, event_time: '2026-01-02T03:04:05Z', ...body, ...change }
  if (format === 'mlflow') return body
  // SageMaker's events have an id; Harbor's get one of their second
  if (format === 'mapped') return 'id' in body ? { ...body, id: event_id } : { ...body, occur_at: secondOf(event_id) }
  const updatedRefs = (body['updatedRefs'] as Body[]).map((ref) => ({ ...ref, newSha: event_id }))
  return { ...body, updatedRefs }
}

/** A second since 1970 for an id, the same for the same one. */
const secondOf = (id: string) => createHash('sha256').update(id).digest().readUInt32BE()

/** How a sender of this body shows that it knows the secret. */
function credential(
  { auth, headerName }: Pick<HttpSourceSettings, 'auth' | 'headerName'>,
  secret: string,
  body: unknown,
  id?: string,
): Record<string, string> {
  if (auth === 'none') return {}
  if (auth === 'bearer') return { Authorization: `Bearer ${secret}` }
  if (auth === 'header') return { [headerName]: secret }
  if (auth === 'shared-secret') return { 'X-Webhook-Secret': secret }
  if (id !== undefined) {
    // as MLflow signs, its id with the body
    const seconds = Math.floor(Date.now() / 1000)
    const signed = createHmac('sha256', secret)
      .update(`${id}.${seconds}.${JSON.stringify(body)}`)
      .digest('base64')
    return { 'X-MLflow-Timestamp': String(seconds), 'X-MLflow-Signature': `v1,${signed}` }
  }
  return { 'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update(JSON.stringify(body)).digest('hex')}` }
}

/** The value of the secret that senders to the example's source need. */
export function sourceSecret(flow: readonly FlowNode[]): string {
  const source = flow.find(({ type }) => type === 'artifact-source')
  const secret = flow.find(({ id }) => id === source?.['secret'])
  return secretValue(String(secret?.['name']))
}

export function nodeNamed(flow: readonly FlowNode[], type: string, name: string): FlowNode {
  const found = flow.find((node) => node.type === type && node['name'] === name)
  if (!found) throw new Error(`The flow has no ${type} "${name}".`)
  return found
}

/** The value that tests give to a secret of this name. */
export const secretValue = (name: string) => `value of ${name}`

/**
 * What a person does after importing: every webhook gets a URL of this server (its path is the webhook's id), and
 * every secret a value.
 */
export function filledIn(flow: readonly FlowNode[], receiverUrl: string): FlowNode[] {
  return flow.map((node) => {
    if (node.type === 'automation-webhook') return { ...node, url: `${receiverUrl}/${node.id}` }
    if (node.type === 'automation-secret') return { ...node, credentials: { value: secretValue(String(node['name'])) } }
    return node
  })
}

export function sourceOf(flow: readonly FlowNode[]): FlowNode | undefined {
  return flow.find(({ type }) => type === 'artifact-source')
}
