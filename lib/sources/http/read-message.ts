import { checkMediaType, parseBody } from './body.js'
import { artifactEvents, readCloudEvents } from './cloudevents.js'
import type { PostedMessage } from './posted-message.js'
import { type ReadContext, type ReadEvents, readEvents } from './read-events.js'
import type { Format } from './settings.js'

/**
 * Makes events of what was posted, in a format that needs no mapping.
 * @throws AutomationError `unsupported_media_type`, `body_invalid`, `event_invalid`; then none of it is accepted
 */
export function readMessage(
  format: Exclude<Format, 'mapped'>,
  message: PostedMessage,
  context: ReadContext,
): ReadEvents {
  const { headers, body, shown } = message
  if (format === 'cloudevents') {
    const told = readCloudEvents(headers, body, shown)
    const { settings, receivedAt, newId } = context
    const place = { entity: settings.entity?.trim() ?? '', project: settings.project?.trim() ?? '' }
    return { events: artifactEvents(told, { receivedAt, newId, ...place }), ignored: 0, many: told.batch }
  }
  checkMediaType(headers, shown)
  return readEvents(format, parseBody(body, shown), context)
}
