import { RUN_DEFAULTS } from '../../lib/automations/run-settings.js'
import { migrateConfig } from '../migrate.js'

/** Of the saved properties below. Raise it with every change of their meaning, and add the step that leads there. */
export const CURRENT_VERSION = 1

const { event: _, ...ofRuns } = RUN_DEFAULTS

/** What a trigger asks of runs, with W&B's defaults. */
export const RUN_PROPERTIES = ofRuns

/** Every saved property with its default, by the names that people's flows hold; those of runs under W&B's names. */
export const DEFAULTS = {
  name: '',
  version: CURRENT_VERSION,
  source: '',
  scope: 'registry',
  entity: '',
  project: '',
  collection: '',
  events: ['LINK_ARTIFACT'],
  pattern: '',
  description: '',
  ...RUN_PROPERTIES,
} as const

export const migrate = <C extends object>(config: C): C => migrateConfig(config, DEFAULTS, CURRENT_VERSION)
