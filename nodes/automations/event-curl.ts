import type { ArtifactEvent } from '../../lib/events/event.js'
import { quote } from '../../lib/webhook/bash-quote.js'

/** A source as far as it says how to post to it. */
export interface PostedSource {
  readonly url: string
  readonly auth: string
  readonly headerName?: string
}

const SIGNED = `"X-Hub-Signature-256: sha256=$(printf '%s' "$EVENT" | openssl dgst -sha256 -hmac "$SECRET" -binary | od -An -v -tx1 | tr -d ' \\n')"`

/** How each kind of guard is shown the secret, which the script takes from the environment. */
const GUARDS: Readonly<Record<string, (source: PostedSource) => string[]>> = {
  bearer: () => ['-H "Authorization: Bearer $SECRET"'],
  'shared-secret': () => ['-H "X-Webhook-Secret: $SECRET"'],
  header: ({ headerName = '' }) => [`-H ${quote(`${headerName}: `)}"$SECRET"`],
  basic: () => ['-u "$SECRET"'],
  signature: () => [`-H ${SIGNED}`],
}

/** A command that posts an event once more. It gets a new id: with its own it would be a duplicate, and start nothing. */
export function eventCurl({ event_id: _, ...event }: ArtifactEvent, source: PostedSource): string {
  const guard = GUARDS[source.auth]?.(source) ?? []
  const lines = [`curl ${quote(source.url)}`, `-H 'Content-Type: application/json'`, ...guard, '--data-binary "$EVENT"']
  const needs = guard.length > 0 ? `: "\${SECRET:?put the secret of the source into the variable SECRET}"\n` : ''
  return `${needs}EVENT=${quote(JSON.stringify(event))}\n${lines.join(' \\\n  ')}\n`
}
