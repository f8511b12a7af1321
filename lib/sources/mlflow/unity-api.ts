import { isObject } from '../../json.js'
import { orRefusal, SourceFailure } from '../watch/failure.js'
import { type Asking, readOne, unexpected } from '../watch/items.js'
import type { RestClient } from '../watch/rest.js'
import {
  type Page,
  pageOf,
  readBareModel,
  readBareVersion,
  readModel,
  readVersion,
  type SeenModel,
  type SeenVersion,
} from './seen.js'
import type { Presence } from './sight.js'

const TITLE = 'Unity Catalog'

const AT = '/api/2.0/mlflow/unity-catalog'

/** Models on a page; the catalog may give fewer, or refuse so many. */
const PAGE = 1000
const SMALLER_PAGE = 100

/**
 * Models in Unity Catalog, as MLflow's own client asks Databricks for them (`databricks-uc`). Names have three parts. Lists
 * have no order, no aliases and no tags: only who asks for one model is told them.
 */
export class UnityApi {
  readonly client: RestClient
  #size = PAGE

  constructor(client: RestClient) {
    this.client = client
  }

  async models(token: string | null, { signal, onSkip }: Asking): Promise<Page<SeenModel>> {
    const query = { max_results: this.#size, page_token: token ?? undefined }
    try {
      const answer = await this.client.get(`${AT}/registered-models/search`, query, { signal })
      return pageOf(answer, 'registered_models', readBareModel, onSkip)
    } catch (error) {
      const isRefused = error instanceof SourceFailure && error.code === 'source_query_refused'
      if (!isRefused || token !== null || this.#size === SMALLER_PAGE) throw error
      this.#size = SMALLER_PAGE
      return this.models(token, { signal, onSkip })
    }
  }

  async versions(name: string, token: string | null, { signal, onSkip }: Asking): Promise<Page<SeenVersion>> {
    const query = { filter: `name='${name}'`, page_token: token ?? undefined }
    const answer = await this.client.get(`${AT}/model-versions/search`, query, { signal })
    return pageOf(answer, 'model_versions', readBareVersion, onSkip)
  }

  /** A model with its aliases and tags; null when it is not there. */
  async model(name: string, { signal }: Asking): Promise<SeenModel | null> {
    const { status, json } = await this.client.get(`${AT}/registered-models/get`, { name }, { signal, takes: [404] })
    if (status === 404) return gone(json)
    return readOne(TITLE, 'a model', isObject(json) ? json['registered_model'] : json, readModel)
  }

  /** A version with its tags; null when it is not there. */
  async version(name: string, version: number, { signal }: Asking): Promise<SeenVersion | null> {
    const query = { name, version: String(version) }
    const { status, json } = await this.client.get(`${AT}/model-versions/get`, query, { signal, takes: [404] })
    if (status === 404) return gone(json)
    return readOne(TITLE, 'a version', isObject(json) ? json['model_version'] : json, readVersion)
  }

  /** Whether a model of this name is there. */
  find(name: string, { signal }: Asking): Promise<Presence> {
    return orRefusal(async () => {
      const { status, json } = await this.client.get(`${AT}/registered-models/get`, { name }, { signal, takes: [404] })
      if (status !== 404) return 'there'
      gone(json)
      return saysNeither(json, name) ? { why: NEITHER } : 'gone'
    })
  }
}

const NEITHER = 'it may not be seen, or it is deleted: Unity Catalog says neither'

/** Whether the words in which it is not there are those of a catalog that does not tell what may be seen. */
function saysNeither(json: unknown, name: string): boolean {
  const message = isObject(json) ? String(json['message'] ?? '') : ''
  return /permission|privilege|authori[sz]ed|access/i.test(message.replaceAll(name, ''))
}

/** @throws SourceFailure when it is something else that is not there, such as the whole interface */
function gone(json: unknown): null {
  const code = isObject(json) ? String(json['error_code'] ?? '') : ''
  if (/DOES_NOT_EXIST|NOT_FOUND/.test(code) && code !== 'ENDPOINT_NOT_FOUND') return null
  throw unexpected(TITLE, 'error_code', 'RESOURCE_DOES_NOT_EXIST', json)
}
