import { migrateConfig } from '../migrate.js'

/** Of the saved properties below. Raise it with every change of their meaning, and add the step that leads there. */
export const CURRENT_VERSION = 1

/** Every saved property with its default, by the names that people's flows hold. */
export const DEFAULTS = {
  name: '',
  version: CURRENT_VERSION,
  kind: 'http',
  path: '/artifact-events',
  format: 'event',
  mapping: '',
  auth: 'bearer',
  headerName: 'X-Api-Key',
  secret: '',
  entity: '',
  project: '',
  baseUrl: 'https://api.wandb.ai',
  apiKey: '',
  interval: '30',
} as const

export const migrate = <C extends object>(config: C): C => migrateConfig(config, DEFAULTS, CURRENT_VERSION)
