import { AutomationError } from '../error.js'

/**
 * Where a page begins: the number of the last row of the page before.
 * @throws AutomationError `request_invalid` when it is no `next` of this store
 */
export function beforeOf(cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER
  if (/^\d{1,15}$/.test(cursor)) return Number(cursor)
  throw new AutomationError('request_invalid', 'before must be the "next" of an earlier page.', {
    details: [{ path: 'before', message: 'is not a cursor of this list' }],
  })
}
