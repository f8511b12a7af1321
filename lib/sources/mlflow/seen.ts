import { isObject } from '../../json.js'
import { type Item, type OnSkip, readItems, unexpected } from '../watch/items.js'

/** What MLflow says of a registered model. */
export interface SeenModel {
  readonly name: string
  /** Unix milliseconds. */
  readonly created: number
  /** When a version was made, staged or deleted, or the model changed; a tag or an alias of a database's model moves it not. */
  readonly updated: number
  /** Versions by the aliases that they have. Null where lists do not say. */
  readonly aliases: Readonly<Record<string, number>> | null
  readonly tags: Readonly<Record<string, string>> | null
}

/** What MLflow says of a version. */
export interface SeenVersion {
  readonly name: string
  readonly version: number
  readonly created: number
  readonly updated: number
  /** Empty where there is none. */
  readonly stage: string
  /** Null where lists do not say. */
  readonly tags: Readonly<Record<string, string>> | null
  readonly source: string | undefined
  readonly run_id: string | undefined
  readonly description: string | undefined
}

export interface Page<T> {
  readonly items: readonly T[]
  /** The token to go on at; null when this was the last page. */
  readonly next: string | null
  /** The server's clock, Unix milliseconds. */
  readonly serverTime: number
}

/** Prompts are kept as registered models with this tag; MLflow's webhooks have other kinds for them. */
const PROMPT = 'mlflow.prompt.is_prompt'

/** The list `name` of an answer, with the token of the next page. */
export function pageOf<T>(
  { json, serverTime }: { readonly json: unknown; readonly serverTime: number },
  name: string,
  read: (item: Item) => T | null,
  onSkip: OnSkip,
): Page<T> {
  // MLflow leaves out a list that is empty
  const list = isObject(json) ? (json[name] ?? []) : null
  if (!isObject(json) || !Array.isArray(list)) throw unexpected('MLflow', name, 'a list', isObject(json) ? list : json)
  const token = json['next_page_token'] ?? ''
  if (typeof token !== 'string') throw unexpected('MLflow', 'next_page_token', 'a text', token)
  return { items: readItems(list, read, onSkip), next: token === '' ? null : token, serverTime }
}

export function readModel(item: Item): SeenModel | null {
  const tags = textsOf(item, 'tags', 'key', 'value')
  if (tags[PROMPT] === 'true') return null
  const aliases = Object.entries(textsOf(item, 'aliases', 'alias', 'version'))
  return {
    name: item.text('name'),
    created: item.number('creation_timestamp'),
    updated: item.number('last_updated_timestamp'),
    aliases: Object.fromEntries(aliases.map(([alias, version]) => [alias, Number(version)])),
    tags,
  }
}

export function readVersion(item: Item): SeenVersion | null {
  const tags = textsOf(item, 'tags', 'key', 'value')
  if (PROMPT in tags) return null
  const stage = item.maybeText('current_stage') ?? ''
  return {
    name: item.text('name'),
    version: item.number('version'),
    created: item.number('creation_timestamp'),
    updated: item.number('last_updated_timestamp'),
    stage: stage === 'None' ? '' : stage,
    tags,
    source: item.maybeText('source'),
    run_id: item.maybeText('run_id'),
    description: item.maybeText('description'),
  }
}

/** As Unity Catalog's lists have it (mlflow/protos/databricks_uc_registry_messages.proto): without aliases and tags. */
export function readBareModel(item: Item): SeenModel | null {
  const model = readModel(item)
  return model && { ...model, aliases: null, tags: null }
}

export function readBareVersion(item: Item): SeenVersion | null {
  const version = readVersion(item)
  return version && { ...version, tags: null }
}

/** A list of pairs as one object. */
function textsOf(item: Item, name: string, key: string, value: string): Record<string, string> {
  const found: [string, string][] = []
  for (const pair of item.list(name)) {
    if (!isObject(pair) || typeof pair[key] !== 'string') continue
    found.push([pair[key], String(pair[value] ?? '')])
  }
  // a tag may be called __proto__
  return Object.assign(Object.create(null), Object.fromEntries(found))
}
