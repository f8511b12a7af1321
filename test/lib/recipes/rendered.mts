import { sampleEvent } from '../../../dist/lib/automations/samples.js'
import { type ArtifactEvent, EVENT_TYPES } from '../../../dist/lib/events/event.js'
import { parseEvent } from '../../../dist/lib/events/parse.js'
import { RECIPES, type Recipe } from '../../../dist/lib/recipes/payloads.js'
import { parseTemplate } from '../../../dist/lib/template/parse.js'
import { renderTemplate } from '../../../dist/lib/template/render.js'

const RECEIVED = { receivedAt: new Date('2026-01-02T03:04:05Z'), newId: () => 'event-1' }
const ODD = 'a "quoted" \\ back\nslash \u{1F680} ${ACCESS_TOKEN} \u0000 </script> __proto__'

/** What an event of each kind has to have, and nothing else. */
function scanty(event_type: string): ArtifactEvent {
  return parseEvent(
    {
      event_type,
      entity_name: 'acme',
      project_name: 'wandb-registry-model',
      ...(event_type.startsWith('RUN') ? {} : { artifact_collection_name: 'cifar10-classifier' }),
      ...(event_type.includes('ALIAS') ? { alias: 'production' } : {}),
      ...(event_type.includes('TAG') ? { tag: 'europe' } : {}),
    },
    RECEIVED,
  )
}

/** Every field of text holds what breaks careless templates. */
function odd(event: ArtifactEvent): ArtifactEvent {
  const fields = Object.entries(event).map(([name, value]) =>
    typeof value === 'string' && !['event_type', 'event_id', 'event_time'].includes(name) ? [name, ODD] : [name, value],
  )
  return {
    ...Object.fromEntries(fields),
    artifact_metadata: JSON.parse(`{"__proto__": {"x": 1}, "note": ${JSON.stringify(ODD)}}`),
  }
}

/** A sample, a scanty and an odd event of every type. */
export function everyEvent(): ArtifactEvent[] {
  return EVENT_TYPES.flatMap((type) => [sampleEvent(type), scanty(type), odd(sampleEvent(type))])
}

export function renderedText(recipe: Recipe, event: ArtifactEvent): string {
  const template = parseTemplate(recipe.template, 'json')
  return renderTemplate(template, { event, automationName: 'deploy what is new', missing: 'blank' }).text
}

/** Each recipe filled with each event. */
export function rendered(recipes: readonly Recipe[] = RECIPES) {
  return recipes.flatMap((recipe) =>
    everyEvent().map((event) => {
      const text = renderedText(recipe, event)
      return { recipe, event, text, payload: JSON.parse(text) as unknown }
    }),
  )
}
