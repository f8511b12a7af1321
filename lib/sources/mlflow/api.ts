import { isObject } from '../../json.js'
import { orRefusal, SourceFailure } from '../watch/failure.js'
import { type Asking, unexpected } from '../watch/items.js'
import type { Query, RestClient } from '../watch/rest.js'
import { type Page, pageOf, readModel, readVersion, type SeenModel, type SeenVersion } from './seen.js'
import type { Presence } from './sight.js'

/** Things on a page: as many as MLflow allows for models. */
export const PAGE = 1000

/** Fewer, where a server refuses so many, or takes too long for them. */
const SMALLEST_PAGE = 100

/** MLflow's registry by its REST interface (mlflow.org, "REST API"), which Databricks' workspace registry has too. */
export class MlflowApi {
  readonly client: RestClient
  /** How many things a page has. */
  #size = PAGE

  constructor(client: RestClient) {
    this.client = client
  }

  /** All registered models, the one that changed last first, or by their names. */
  models(order: 'newest' | 'name', token: string | null, asking: Asking): Promise<Page<SeenModel>> {
    const order_by = order === 'newest' ? ['last_updated_timestamp DESC', 'name ASC'] : ['name ASC']
    return this.#page('registered-models/search', { order_by, page_token: token ?? undefined }, asking, (answer) =>
      pageOf(answer, 'registered_models', readModel, asking.onSkip),
    )
  }

  /** Versions of all models, or of one; those that changed last first, or by model and number. */
  versions(
    { of, order }: { readonly of?: string; readonly order: 'newest' | 'name' },
    token: string | null,
    asking: Asking,
  ): Promise<Page<SeenVersion>> {
    const order_by = order === 'newest' ? ['last_updated_timestamp DESC'] : ['name ASC', 'version_number DESC']
    const query = {
      filter: of === undefined ? undefined : `name=${quoted(of)}`,
      order_by,
      page_token: token ?? undefined,
    }
    return this.#page('model-versions/search', query, asking, (answer) =>
      pageOf(answer, 'model_versions', readVersion, asking.onSkip),
    )
  }

  /** Whether a model of this name is there. @throws SourceFailure when what answers does not know */
  find(name: string, { signal }: Asking): Promise<Presence> {
    const path = '/api/2.0/mlflow/registered-models/get'
    return orRefusal(async () => {
      const { status, json } = await this.client.get(path, { name }, { signal, takes: [404] })
      if (status !== 404) return 'there'
      if (isObject(json) && json['error_code'] === 'RESOURCE_DOES_NOT_EXIST') return 'gone'
      throw unexpected('MLflow', 'error_code', 'RESOURCE_DOES_NOT_EXIST', json)
    })
  }

  /** What the server says of itself, such as `MLflow 3.17.2`; `MLflow` where it says nothing. */
  async version(signal: AbortSignal): Promise<string> {
    try {
      const { json } = await this.client.get('/version', {}, { signal, isText: true })
      return /^[\w.+-]{1,40}$/.test(String(json)) ? `MLflow ${json}` : 'MLflow'
    } catch {
      return 'MLflow'
    }
  }

  async #page<T>(
    path: string,
    query: Query,
    { signal }: Asking,
    read: (answer: { json: unknown; serverTime: number }) => Page<T>,
  ): Promise<Page<T>> {
    for (;;) {
      try {
        const answer = await this.client.get(
          `/api/2.0/mlflow/${path}`,
          { ...query, max_results: this.#size },
          { signal },
        )
        return read(answer)
      } catch (error) {
        // a token belongs to the pages that it was made for
        if (!isTooMuch(error) || this.#size <= SMALLEST_PAGE || query['page_token'] !== undefined) throw error
        signal.throwIfAborted()
        this.#size = Math.max(SMALLEST_PAGE, Math.floor(this.#size / 3))
      }
    }
  }
}

/** A smaller page may be answered. */
const isTooMuch = (error: unknown): boolean =>
  error instanceof SourceFailure &&
  (error.code === 'source_answer_too_large' ||
    (error.code === 'source_query_refused' && error.message.includes('max_results')) ||
    (error.code === 'source_unavailable' && error.message.includes('no whole answer')))

/**
 * A text as MLflow's filters have it, in the quotes that it does not hold itself. One with both kinds is looked for without
 * a filter: null.
 */
export const canBeQuoted = (text: string): boolean => !(text.includes("'") && text.includes('"'))
const quoted = (text: string): string => (text.includes("'") ? `"${text}"` : `'${text}'`)

/** `user:password`, or a token. */
export function authorization(key: string): string {
  if (!key.includes(':')) return `Bearer ${key}`
  return `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(key)))}`
}
