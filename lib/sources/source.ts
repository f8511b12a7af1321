import { AutomationError } from '../error.js'
import { judged } from '../secrets/judge.js'
import type { Secret } from '../secrets/secret.js'
import { judgedFor } from './http/judged-for.js'
import { checkSettings, type HttpSourceSettings } from './http/settings.js'
import { checkWandbSettings, type WandbSourceSettings } from './wandb/settings.js'

/** The saved properties of a source, of whatever kind. */
export interface SourceSettings extends HttpSourceSettings, WandbSourceSettings {
  /** Id of the automation-secret by which senders prove themselves. */
  readonly secret: string
  /** Id of the automation-secret that holds the key with which a registry is asked. */
  readonly apiKey: string
}

/** What a kind of source can do. Runs in the editor too. */
export interface SourceKind {
  /** Told: registries post to it. Watched: it asks, and reports what changed. */
  readonly gets: 'told' | 'watched'
  /** Whether its key can look around: names to choose from in the dialogs. */
  readonly explores: boolean
  /** Whether automations that were made there can be brought over. */
  readonly imports: boolean
  /** The property that names its secret; null when these settings need none. */
  secretOf(settings: Pick<SourceSettings, 'auth'>): 'secret' | 'apiKey' | null
  /** @throws AutomationError `secret_invalid` in words, for a secret that can never be right there */
  judgeSecret(settings: Pick<SourceSettings, 'auth'>, secret: Secret): void
  /** Why it takes no events while that secret has no value. */
  readonly withoutSecret: AutomationError
  /** @throws AutomationError `source_invalid` in words, for settings with which it could never get an event */
  check(settings: SourceSettings): void
  /** Where it gets its events, short enough for a label. */
  placeOf(settings: Partial<Pick<SourceSettings, 'path' | 'baseUrl'>>): string
}

/** Every kind, by the name that the property `kind` has. A new one is a line here, and a folder beside this file. */
export const SOURCE_KINDS = {
  http: {
    gets: 'told',
    explores: false,
    imports: false,
    secretOf: ({ auth }) => (auth === 'none' ? null : 'secret'),
    judgeSecret: ({ auth }, secret) => {
      if (auth !== 'none') judgedFor(auth, secret)
    },
    withoutSecret: new AutomationError(
      'secret_missing',
      'The source has no secret, so nobody can authenticate and senders are asked to come again later. Choose a secret and enter its value.',
      { statusText: 'source: secret missing' },
    ),
    check: checkSettings,
    placeOf: ({ path = '' }) => path,
  },
  wandb: {
    gets: 'watched',
    explores: true,
    imports: true,
    secretOf: () => 'apiKey',
    judgeSecret(_settings, secret) {
      judged(secret, 'api-key', 'The API key of the source')
    },
    withoutSecret: new AutomationError(
      'secret_missing',
      'The source has no API key, so it cannot ask W&B. Choose a secret and enter the key as its value.',
      { statusText: 'source: API key missing' },
    ),
    check(settings) {
      checkWandbSettings(settings)
    },
    placeOf: ({ baseUrl = '' }) => (URL.canParse(baseUrl) ? new URL(baseUrl).host : baseUrl),
  },
} as const satisfies Readonly<Record<string, SourceKind>>

export type SourceKindName = keyof typeof SOURCE_KINDS

/** Null for a kind that a later version knows, and for none. */
export const sourceKind = (name: unknown): SourceKind | null =>
  typeof name === 'string' && Object.hasOwn(SOURCE_KINDS, name) ? SOURCE_KINDS[name as SourceKindName] : null

/** Whether a source of this kind asks a registry, with a key and at an address of its own. */
export const isWatchedKind = (name: unknown): boolean => sourceKind(name)?.gets === 'watched'
