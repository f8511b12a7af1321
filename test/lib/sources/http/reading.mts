import { deliveryId } from '../../../../dist/lib/sources/http/delivery-id.js'
import { type ReadEvents, readEvents } from '../../../../dist/lib/sources/http/read-events.js'
import type { Format } from '../../../../dist/lib/sources/http/settings.js'
import { NOW } from './server.mts'

/** What a source of the project acme/models makes of a message. */
export const read = (format: Format, body: unknown, headers: Record<string, string> = {}): ReadEvents =>
  readEvents(format, body, {
    settings: { entity: 'acme', project: 'models' },
    delivery: deliveryId(format, headers, null),
    receivedAt: NOW,
    newId: () => 'new',
  })

/** The first path that the refusal of a message names; `undefined` when it is accepted. */
export function refusedPath(format: Format, body: unknown): string | undefined {
  try {
    read(format, body)
  } catch (error) {
    return (error as { details: { path: string }[] }).details[0]?.path
  }
  return undefined
}
