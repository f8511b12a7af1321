import { AutomationError } from '../../../lib/error.js'
import { newEventId } from '../../../lib/events/new-id.js'
import { eventsOf } from '../../../lib/sources/mapped/read-mapped.js'
import { type AdminRouter, optionalText } from './router.js'

/**
 * Whether what a mapping makes would be taken, for the dialog in which it is written. That it would not is an answer, and
 * no failure of the call.
 */
export function mountCheckEvents(router: AdminRouter): void {
  router.post(
    '/events/check',
    ({ body }) => {
      const entity = optionalText(body['entity'], 'entity') ?? ''
      const project = optionalText(body['project'], 'project') ?? ''
      const context = { receivedAt: new Date(), newId: () => newEventId(new Date()), entity, project }
      try {
        return { status: 200, json: { events: eventsOf(body['made'], context), problem: null } }
      } catch (error) {
        if (!(error instanceof AutomationError)) throw error
        const { code, message, details } = error
        return { status: 200, json: { events: [], problem: { code, message, details } } }
      }
    },
    { reads: true },
  )
}
