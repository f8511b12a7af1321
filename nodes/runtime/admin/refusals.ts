import { AutomationError } from '../../../lib/error.js'

/** What a call gives is not what it must be. @param path as JavaScript writes it: `nodes[3].id` */
export const wrong = (path: string, message: string): AutomationError =>
  new AutomationError('request_invalid', `${path} ${message}.`.trimStart(), { details: [{ path, message }] })

/** What a call names does not exist. @param path of the member that names it */
export const unknown = (path: string, sentence: string): AutomationError =>
  new AutomationError('not_found', sentence, { details: [{ path, message: 'is not known' }] })
