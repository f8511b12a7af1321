import { WEBHOOK_DEFAULTS } from '../../lib/webhook/defaults.js'
import { migrateConfig } from '../migrate.js'

/** Of the saved properties below. Raise it with every change of their meaning, and add the step that leads there. */
export const CURRENT_VERSION = 1

/** Every saved property with its default, by the names that people's flows hold. */
export const DEFAULTS = {
  ...WEBHOOK_DEFAULTS,
  version: CURRENT_VERSION,
  /** As the form has it. */
  timeout: String(WEBHOOK_DEFAULTS.timeout),
  store: '',
} as const

export const migrate = <C extends object>(config: C): C => migrateConfig(config, DEFAULTS, CURRENT_VERSION)
