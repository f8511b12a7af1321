import type { ArtifactEvent } from '../../../dist/lib/events/event.js'
import { parseTemplate } from '../../../dist/lib/template/parse.js'
import { renderTemplate } from '../../../dist/lib/template/render.js'
import type { TemplateError } from '../../../dist/lib/template/template-error.js'

/** An alias was added to a version whose metadata has a bit of everything. */
export const EVENT: ArtifactEvent = {
  event_type: 'ADD_ARTIFACT_ALIAS',
  entity_name: 'acme',
  project_name: 'wandb-registry-model',
  event_id: 'event-1',
  event_time: '2026-01-02T03:04:05Z',
  artifact_collection_name: 'cifar10',
  artifact_version_index: 3,
  alias: 'production',
  cluster: 'west',
  cost: { per_hour: [1.5, 2] },
  artifact_metadata: {
    accuracy: 0.91,
    labels: ['cat', 'dog'],
    nested: { deep: { deeper: true } },
    empty: '',
    nothing: null,
    none: {},
    zero: 0,
    off: false,
  },
}

interface Filling {
  event?: ArtifactEvent
  automationName?: string
  missing?: 'blank' | 'error'
}

/** The event with other fields. */
export const eventWith = (fields: Record<string, unknown>) => ({ ...EVENT, ...fields }) as ArtifactEvent

/** The event with this metadata, given as JSON text so that any key can be written. */
export const eventWithMetadata = (json: string) => eventWith({ artifact_metadata: JSON.parse(json) })

export function render(format: 'json' | 'text', template: string, filling: Filling = {}) {
  const { event = EVENT, automationName = 'deploy', missing = 'blank' } = filling
  return renderTemplate(parseTemplate(template, format), { event, automationName, missing })
}

export const json = (template: string, filling?: Filling) => render('json', template, filling).text
export const text = (template: string, filling?: Filling) => render('text', template, filling).text

/** The error that a template is refused with. */
export function refusal(template: string, format: 'json' | 'text' = 'json'): TemplateError {
  try {
    parseTemplate(template, format)
  } catch (error) {
    return error as TemplateError
  }
  throw new Error(`not refused: ${template}`)
}
