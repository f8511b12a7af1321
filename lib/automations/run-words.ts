import type { ArtifactEvent } from '../events/event.js'
import type { AskedOfRun, RunMismatch } from './run-rule.js'
import { anyOf, shown } from './words.js'

/** What an event of a run has, and what an automation asks of it, in a sentence. */
export function runInWords(asked: AskedOfRun, event: ArtifactEvent, mismatch: RunMismatch | null): string {
  const { run_author: user, run_name: name, run_state: state, metric_name: metric, metric_filter: filter } = event
  switch (mismatch) {
    case null:
      return event.event_type === 'RUN_STATE'
        ? `The run's state is ${known(state)}, and the automation waits for ${statesOf(asked)}.`
        : `The metric is ${known(metric)}, and the automation watches ${asked.metric ? shown(asked.metric) : 'any'}.`
    case 'user':
      return `${user === undefined ? 'The event names no user of the run' : `The run is of the user ${shown(user)}`}; the automation watches the runs of ${shown(asked.user)}.`
    case 'name':
      return `${name === undefined ? 'The event names no run' : `The run's name is ${shown(name)}`}; the pattern ${shown(asked.name?.source ?? '')} does not match it.`
    case 'state':
      return `The run's state is ${known(state)}; the automation waits for ${statesOf(asked)}.`
    case 'news':
      return `The run's state is ${known(state)}, which is no news for an automation that waits for ${statesOf(asked)}: the source made the event for others.`
    case 'metric':
      return `The metric is ${known(metric)}; the automation watches ${shown(asked.metric ?? '')}.`
    case 'rule':
      return `The source made the event for the rule ${known(filter)}; the automation's rule is ${shown(asked.text ?? '')}.`
  }
}

const known = (value: string | undefined) => (value === undefined ? 'not known' : shown(value))

const statesOf = ({ states }: AskedOfRun) => (states === undefined || states.size === 0 ? 'any' : anyOf(states))
