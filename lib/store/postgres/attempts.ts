/** Attempts with what was sent: to be followed by a condition on `a`. */
export const ATTEMPTS =
  'SELECT a.delivery, a.number, a.started_at, a.duration_ms, a.status_code, a.error_code, a.error_message, a.response, r.json AS sent FROM @attempts a LEFT JOIN @requests r ON r.id = a.request'
