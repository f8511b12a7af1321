import type { AdminError } from '../editor/admin.js'
import type { Translate } from '../editor/red-editor.d.js'
import { timesIn } from './times.js'

/** The sidebar's own words. */
export const words: Translate = (key, values) =>
  RED._(`@artifact-automations/node-red/automations:automations.${key}`, values ?? {})

/** The words of the dialog of triggers, which say what an automation waits for. */
export const triggerWords: Translate = (key, values) =>
  RED._(`@artifact-automations/node-red/artifact-event:${key}`, values ?? {})

/** Times as this browser shows them. */
export const times = timesIn(undefined, undefined)

/** The zone of all times, as short as it can be said. */
export const shortZone: string =
  new Intl.DateTimeFormat('en', { timeZoneName: 'short' }).formatToParts().find(({ type }) => type === 'timeZoneName')
    ?.value ?? ''

/** Why a call came to nothing, for a person. */
export function reasonOf({ status, message }: Pick<AdminError, 'message'> & Partial<AdminError>): string {
  if (status === 401) return words('error.session')
  if (status === 403) return words('error.forbidden')
  return message || words('error.no-answer')
}

export const mayWrite = (): boolean => RED.user.hasPermission('artifact-automations.write')
export const mayEdit = (): boolean => RED.user.hasPermission('flows.write')
