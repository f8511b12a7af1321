import type { ArtifactEvent } from '../../../events/event.js'
import { withoutEnd } from '../../../without-end.js'
import { eventId } from '../event-id.js'
import type { Fired } from './evaluate.js'
import type { RunSighting } from './sighting.js'

export interface RunPlace {
  readonly entity: string
  readonly project: string
  readonly organization: string
  /** Where people see W&B, such as `https://wandb.ai`. */
  readonly appUrl: string
  /** Unix milliseconds by the server's clock. */
  readonly seenAt: number
}

/**
 * A run's new state. `number` is the place of the change among all of the project's runs.
 * @param only keys of the rules that it is news for, when it is none for others that would accept it
 */
export function reportState(
  run: RunSighting,
  number: number,
  place: RunPlace,
  only: readonly string[] | null,
): ArtifactEvent {
  return {
    event_type: 'RUN_STATE',
    event_id: eventId(place.entity, place.project, run.name, 'RUN_STATE', number, run.state),
    ...runFields(run, place),
    ...(only === null ? {} : { run_rules: [...only] }),
  }
}

/** A rule that holds for a run. `run_rule` names the rule to the triggers that asked for it. */
export function reportMetric(run: RunSighting, { rule, step, verdict, values }: Fired, place: RunPlace): ArtifactEvent {
  return {
    event_type: rule.event,
    event_id: eventId(place.entity, place.project, run.name, rule.event, rule.key, step),
    ...runFields(run, place),
    metric_name: rule.metric,
    metric_filter: rule.text,
    metric_current_status: verdict.status,
    metric_value: verdict.value,
    metric_values: values,
    run_rule: rule.key,
  }
}

/** A run changes by its own doing: its user is the author. When a state was reached the server does not say. */
function runFields(run: RunSighting, { entity, project, organization, appUrl, seenAt }: RunPlace) {
  const path = [entity, project, 'runs', run.name].map(encodeURIComponent).join('/')
  return {
    event_time: new Date(seenAt).toISOString(),
    entity_name: entity,
    ...(organization === '' ? {} : { organization_name: organization }),
    project_name: project,
    ...(run.user === '' ? {} : { event_author: run.user, run_author: run.user }),
    run_id: run.name,
    run_name: run.displayName,
    run_state: run.state,
    run_status: run.state,
    run_url: `${appUrl}/${path}`,
  }
}

/** The app beside the API: `api.wandb.ai` is for programs, `wandb.ai` for people; elsewhere both are one. */
export function appUrlOf(baseUrl: string): string {
  const url = withoutEnd(baseUrl, '/')
  return url === 'https://api.wandb.ai' ? 'https://wandb.ai' : url
}
