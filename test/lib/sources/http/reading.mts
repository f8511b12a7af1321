import { deliveryId } from '../../../../dist/lib/sources/http/delivery-id.js'
import { EXAMPLE_TYPES } from '../../../../dist/lib/sources/http/example-body.js'
import type { ReadEvents } from '../../../../dist/lib/sources/http/read-events.js'
import { readMessage } from '../../../../dist/lib/sources/http/read-message.js'
import type { Format as AnyFormat } from '../../../../dist/lib/sources/http/settings.js'
import { NOW } from './server.mts'

/** Those that need no mapping. */
type Format = Exclude<AnyFormat, 'mapped'>

/** What a source of the project acme/models makes of a message. */
export const read = (format: Format, body: unknown, headers: Record<string, string> = {}): ReadEvents =>
  readPosted(format, body, { entity: 'acme', project: 'models' }, deliveryId(format, headers, null))

/** The same for a source with these settings. */
export function readPosted(
  format: Format,
  body: unknown,
  settings: { entity: string; project: string },
  delivery?: string,
) {
  const message = {
    headers: { 'content-type': EXAMPLE_TYPES[format] ?? 'application/json' },
    target: '/artifact-events',
    body: Buffer.from(JSON.stringify(body)),
    shown: (text: string) => text,
  }
  return readMessage(format, message, { settings, delivery, receivedAt: NOW, newId: () => 'new' })
}

/** The first path that the refusal of a message names; `undefined` when it is accepted. */
export function refusedPath(format: Format, body: unknown): string | undefined {
  try {
    read(format, body)
  } catch (error) {
    return (error as { details: { path: string }[] }).details[0]?.path
  }
  return undefined
}
