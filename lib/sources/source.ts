import { AutomationError } from '../error.js'
import { judged } from '../secrets/judge.js'
import { judgedFor } from './http/judged-for.js'
import { checkSettings } from './http/settings.js'
import { checkHubSettings, USUAL } from './huggingface/settings.js'
import type { SourceKind } from './kind.js'
import { checkMlflowSettings, PLACE } from './mlflow/settings.js'
import { checkWandbSettings } from './wandb/settings.js'
import { hostOf } from './watch/settings.js'

export type { SourceKind, SourceSettings } from './kind.js'

/**
 * Every kind, by the name that the property `kind` has. A new one is a row here and a folder beside this file. What a
 * watched one does at run time is its line in `live.ts`, which the compiler asks for.
 */
export const SOURCE_KINDS = {
  http: {
    title: 'HTTP',
    gets: 'told',
    explores: false,
    imports: false,
    evaluatesRuns: false,
    asksFor: [],
    usual: {},
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
    title: 'W&B',
    gets: 'watched',
    explores: true,
    imports: true,
    evaluatesRuns: true,
    asksFor: [],
    usual: { baseUrl: 'https://api.wandb.ai' },
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
    placeOf: ({ baseUrl = '' }) => hostOf(baseUrl),
  },
  mlflow: {
    title: 'MLflow',
    gets: 'watched',
    explores: true,
    imports: false,
    evaluatesRuns: false,
    asksFor: ['entity', 'project'],
    usual: { baseUrl: 'http://localhost:5000', ...PLACE },
    // a server without authentication needs none
    secretOf: ({ apiKey }) => (apiKey ? 'apiKey' : null),
    judgeSecret(_settings, secret) {
      judged(secret, secret.reveal().includes(':') ? 'basic' : 'api-key', 'The API key of the source')
    },
    withoutSecret: new AutomationError(
      'secret_missing',
      'The source has a secret that has no value, so it cannot ask MLflow. Enter the value, or choose no secret.',
      { statusText: 'source: API key missing' },
    ),
    check(settings) {
      checkMlflowSettings(settings)
    },
    placeOf: ({ baseUrl = '' }) => hostOf(baseUrl),
  },
  huggingface: {
    title: 'Hugging Face',
    gets: 'watched',
    explores: true,
    imports: false,
    evaluatesRuns: false,
    asksFor: ['project'],
    usual: USUAL,
    // what is public is seen by anybody
    secretOf: ({ apiKey }) => (apiKey ? 'apiKey' : null),
    judgeSecret(_settings, secret) {
      judged(secret, 'api-key', 'The token of the source')
    },
    withoutSecret: new AutomationError(
      'secret_missing',
      'The source has a secret that has no value, so it cannot ask Hugging Face. Enter a token as its value, or choose no secret.',
      { statusText: 'source: API key missing' },
    ),
    check(settings) {
      checkHubSettings(settings)
    },
    placeOf: ({ baseUrl = '' }) => hostOf(baseUrl),
  },
} as const satisfies Readonly<Record<string, SourceKind>>

export type SourceKindName = keyof typeof SOURCE_KINDS

/** The kinds that ask. */
export type WatchedKindName = {
  [K in SourceKindName]: (typeof SOURCE_KINDS)[K]['gets'] extends 'watched' ? K : never
}[SourceKindName]

/** Null for a kind that a later version knows, and for none. */
export const sourceKind = (name: unknown): SourceKind | null =>
  typeof name === 'string' && Object.hasOwn(SOURCE_KINDS, name) ? SOURCE_KINDS[name as SourceKindName] : null

/** Whether a source of this kind asks a registry, with a key and at an address of its own. */
export const isWatchedKind = (name: unknown): boolean => sourceKind(name)?.gets === 'watched'

/** Whether a source of this kind evaluates the metrics of runs itself, by the rules of its triggers. */
export const evaluatesRuns = (name: unknown): boolean => sourceKind(name)?.evaluatesRuns === true
