import type { Host } from '../host.js'
import type { AdminRouter } from './router.js'

/** What came last to a source that maps what comes: for whoever writes a mapping. Only in memory, credentials masked. */
export function mountLastRequest(router: AdminRouter, host: Host): void {
  router.get('/sources/:id/last-request', ({ params }) => ({
    status: 200,
    json: { request: host.lastRequests.of(params['id'] ?? '') },
  }))
}
