import type { TriggerSettings } from '../../../lib/automations/trigger.js'
import type { Translate } from '../red-editor.d.js'

/** What starts an automation, as one sentence. */
export function summaryOf(settings: TriggerSettings, _: Translate): string {
  const word: Word = (key, values = {}) => _(`artifact-event.summary.${key}`, values)
  const events = settings.events.map((type) => word(`event.${type}`))
  if (events.length === 0) return word('nothing')
  const where = [
    place(settings, word),
    settings.collection.trim() ? word('collection', { collection: settings.collection.trim() }) : '',
    settings.pattern ? word('pattern', { pattern: settings.pattern }) : '',
  ]
  return word('sentence', {
    events: events.length === 1 ? events.join('') : `${events.slice(0, -1).join(', ')} ${word('or')} ${events.at(-1)}`,
    where: where.filter(Boolean).join(', '),
  })
}

type Word = (key: string, values?: Record<string, string>) => string

function place({ scope, project, entity }: TriggerSettings, word: Word): string {
  const owner = entity.trim()
  if (scope === 'organization') return word(owner ? 'organization' : 'any-organization', { entity: owner })
  const named = scope === 'entity' ? '' : project.trim()
  const within = named === '' ? word(`any-${scope}`) : word(scope, { project: named })
  return owner === '' ? within : `${within} ${word('of', { entity: owner })}`
}
