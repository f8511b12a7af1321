import { migrateConfig } from '../shared/migrate.js'

/** Of the saved properties below. Raise it with every change of their meaning, and add the step that leads there. */
export const CURRENT_VERSION = 1

/** Every saved property with its default (design section 4). */
export const DEFAULTS = {
  name: '',
  version: CURRENT_VERSION,
  url: '',
  method: 'POST',
  service: 'generic',
  accessToken: '',
  secrets: [],
  signing: 'none',
  signingSecret: '',
  signatureEncoding: 'hex',
  headers: '{}',
  /** Seconds, for a whole attempt. */
  timeout: '30',
  schedule: '5s, 5m, 30m, 2h, 5h, 10h, 14h, 20h, 24h',
  /** Requests a second; empty for what the service asks for. */
  rateLimit: '',
  ordering: 'none',
  tls: '',
  proxy: '',
  store: '',
} as const

export const migrate = <C extends object>(config: C): C => migrateConfig(config, DEFAULTS, CURRENT_VERSION)
