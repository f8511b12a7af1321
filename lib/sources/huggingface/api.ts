import { isObject } from '../../json.js'
import { type Asking, Item, readItems, readOne, unexpected } from '../watch/items.js'
import { LONGEST_PAUSE } from '../watch/rate-limit.js'
import type { RestAnswer, RestClient } from '../watch/rest.js'

export const TYPES = ['model', 'dataset', 'space'] as const
export type RepoType = (typeof TYPES)[number]

export interface SeenRepo {
  /** Stays the same when the repository gets another name. */
  readonly id: string
  /** `owner/name` */
  readonly name: string
  readonly type: RepoType
  /** The commit that `main` is at; empty while there is none. */
  readonly sha: string
  /** Unix milliseconds; 0 when the Hub does not say. */
  readonly created: number
  /** The Hub's, such as `license:mit`. */
  readonly tags: readonly string[]
  readonly isPrivate: boolean
}

/** Another name of a repository. */
export interface Moved {
  readonly to: string
}

/** Whose a token is, and which private repositories it lets see for certain. */
export interface Account {
  readonly name: string
  readonly organizations: readonly string[]
  /** Owners of whose private repositories it sees every one: what it does not see of them is not there. */
  readonly seesAllOf: readonly string[]
}

/** Branches and git tags with the commits that they are at. */
export interface Refs {
  readonly main: string
  readonly tags: Readonly<Record<string, string>>
}

export interface Commit {
  readonly id: string
  /** RFC 3339, or nothing. */
  readonly date: string | undefined
}

const TITLE = 'Hugging Face'

/** Repositories on a page; the Hub gives fewer if it likes. */
const PAGE = 1000
const EXPAND = ['sha', 'lastModified', 'createdAt', 'private', 'tags']

/** Answers that are kept with their ETags: addresses of later pages are others with every change. */
const MOST_KNOWN = 500

/** No request when so few are left of what the Hub allows in its window. */
const RESERVE = 20

/**
 * The Hub's REST interface (huggingface.co/docs/hub/api), as `huggingface_hub` asks it. What was seen before is asked for with
 * its ETag.
 */
export class HubApi {
  readonly client: RestClient
  readonly #known = new Map<string, { readonly etag: string; readonly json: unknown; readonly next: string | null }>()
  /** No request before this time, Unix milliseconds: what the Hub allows is used up. */
  heldUntil = 0

  constructor(client: RestClient) {
    this.client = client
  }

  /** Repositories of an owner, the one that changed last first. `next` is the address of the next page. */
  async repos(
    owner: string,
    type: RepoType,
    next: string | null,
    { signal, onSkip }: Asking,
  ): Promise<{ readonly items: readonly SeenRepo[]; readonly next: string | null; readonly serverTime: number }> {
    const query = { author: owner, limit: PAGE, sort: 'lastModified', direction: -1, expand: EXPAND }
    const { json, headers, serverTime } = await this.#get(next ?? `/api/${type}s`, next ? {} : query, signal)
    if (!Array.isArray(json)) throw unexpected(TITLE, `${type}s`, 'a list', json)
    const items = readItems(json, (item) => readRepo(item, type), onSkip)
    return { items, next: nextIn(headers['link']), serverTime }
  }

  /**
   * A repository by its name; null when there is none, or it is private and the token may not see it: the Hub says the same of
   * both. `forbidden` when it is there and may not be read.
   */
  async repo(name: string, type: RepoType, { signal }: Asking): Promise<SeenRepo | Moved | 'forbidden' | null> {
    const takes = [...this.#gone, ...MOVED]
    const { json, status, headers } = await this.#get(`/api/${type}s/${path(name)}`, {}, signal, takes)
    if (MOVED.includes(status)) return { to: nameIn(headers['location']) ?? name }
    if (status === 200 || status === 304) return readOne(TITLE, 'a repository', json, (item) => readRepo(item, type))
    return status === 403 || (headers['x-error-code'] ?? NOT_FOUND) !== NOT_FOUND ? 'forbidden' : null
  }

  /** Without a token the Hub says 401 of what is not there, too; to a token it says it of all, and means the token. */
  get #gone(): readonly number[] {
    return this.client.hasKey ? [403, 404] : [401, 403, 404]
  }

  /** Null when there is no such repository, or it may not be seen. */
  async refs(name: string, type: RepoType, { signal }: Asking): Promise<Refs | null> {
    const { json, status } = await this.#get(`/api/${type}s/${path(name)}/refs`, {}, signal, [...this.#gone, ...MOVED])
    if (status !== 200 && status !== 304) return null
    return readOne(TITLE, 'the refs of a repository', json, (item) => {
      const heads = refsIn(item.list('branches'))
      return { main: heads['main'] ?? '', tags: refsIn(item.list('tags')) }
    })
  }

  /** The newest commits of `main`, newest first; none where the token may see the repository but not its files. */
  async commits(name: string, type: RepoType, { signal, onSkip }: Asking): Promise<readonly Commit[]> {
    const { json, status } = await this.#get(`/api/${type}s/${path(name)}/commits/main`, {}, signal, this.#gone)
    if (status !== 200 && status !== 304) return []
    if (!Array.isArray(json)) throw unexpected(TITLE, 'commits', 'a list', json)
    return readItems(json, (item) => ({ id: item.text('id'), date: item.maybeText('date') }), onSkip)
  }

  /** The user whom the token belongs to, and the organizations; null without a token. */
  async whoami(signal: AbortSignal): Promise<Account | null> {
    if (!this.client.hasKey) return null
    const { json } = await this.#get('/api/whoami-v2', {}, signal)
    return readOne(TITLE, 'the token', json, readAccount)
  }

  async #get(
    where: string,
    query: Parameters<RestClient['get']>[1],
    signal: AbortSignal,
    takes: readonly number[] = [],
  ): Promise<RestAnswer> {
    const key = JSON.stringify([where, query])
    const known = this.#known.get(key)
    const headers: Record<string, string> = known ? { 'if-none-match': known.etag } : {}
    const answer = await this.client.get(where, query, { signal, headers, takes: [...takes, 304] })
    this.#pace(answer.headers)
    if (answer.status === 304 && known) {
      this.#known.delete(key)
      this.#known.set(key, known)
      return { ...answer, json: known.json, headers: { ...answer.headers, link: known.next ?? undefined } }
    }
    const etag = answer.headers['etag']
    this.#known.delete(key)
    if (etag !== undefined && answer.status === 200) {
      this.#known.set(key, { etag, json: answer.json, next: answer.headers['link'] ?? null })
      const [oldest] = this.#known.keys()
      if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest)
    }
    return answer
  }

  /** `RateLimit: "api";r=12;t=240` (draft-ietf-httpapi-ratelimit-headers, as the Hub documents it). */
  #pace(headers: RestAnswer['headers']): void {
    const limit = headers['ratelimit'] ?? ''
    const left = numberAfter(limit, 'r=')
    const seconds = numberAfter(limit, 't=')
    if (left === null || seconds === null || left >= RESERVE) return
    this.heldUntil = Math.max(this.heldUntil, Date.now() + Math.min(seconds * 1000, LONGEST_PAUSE))
  }
}

/** The Hub's `X-Error-Code` of what is not there, or not to be seen; compatible servers send none. */
const NOT_FOUND = 'RepoNotFound'
/** Of what has another name. */
const MOVED: readonly number[] = [301, 302, 307, 308]

/** The Hub sends on from an old name to the same question about the new one. */
function nameIn(location: string | undefined): string | null {
  const [, name] = /\/api\/(?:model|dataset|space)s\/([^/?#]+\/[^/?#]+)/.exec(location ?? '') ?? []
  try {
    return name === undefined ? null : decodeURIComponent(name)
  } catch {
    return null
  }
}

const path = (name: string): string => name.split('/').map(encodeURIComponent).join('/')

function numberAfter(text: string, name: string): number | null {
  const part = text.split(';').find((each) => each.trim().startsWith(name))
  const value = Number(part?.trim().slice(name.length) ?? Number.NaN)
  return value >= 0 ? value : null
}

/** `<address>; rel="next"` among others. */
function nextIn(link: string | undefined): string | null {
  const next = (link ?? '').split(',').find((each) => each.includes('rel="next"'))
  if (next === undefined) return null
  const [from, to] = [next.indexOf('<'), next.indexOf('>')]
  return from >= 0 && to > from ? next.slice(from + 1, to) : null
}

function readRepo(item: Item, type: RepoType): SeenRepo {
  const created = Date.parse(item.maybeText('createdAt') ?? '')
  return {
    id: item.maybeText('_id') ?? item.text('id'),
    name: item.text('id'),
    type,
    sha: item.maybeText('sha') ?? '',
    created: Number.isNaN(created) ? 0 : created,
    tags: item.list('tags').filter((tag) => typeof tag === 'string'),
    isPrivate: item.flag('private'),
  }
}

/**
 * A token with the role of a reader or writer sees what its user sees: all of their own, and of an organization all that a
 * member may read. Resource groups, which only paying organizations have, hide repositories from all but administrators
 * (huggingface.co/docs/hub/security-resource-groups), and a fine-grained token sees what was chosen.
 */
function readAccount(item: Item): Account {
  const orgs = readItems(
    item.list('orgs'),
    (org) => ({
      name: org.text('name'),
      isAdmin: org.value('roleInOrg') === 'admin',
      isPlain: org.value('isEnterprise') === false,
    }),
    () => {},
  )
  const name = item.text('name')
  const token = new Item(new Item(item.value('auth') ?? {}).value('accessToken') ?? {})
  const isWhole = ['read', 'write', 'god'].includes(token.maybeText('role') ?? '')
  const whole = orgs.filter(({ isAdmin, isPlain }) => isAdmin || isPlain).map((org) => org.name)
  return { name, organizations: orgs.map((org) => org.name), seesAllOf: isWhole ? [name, ...whole] : [] }
}

function refsIn(list: readonly unknown[]): Record<string, string> {
  const refs = list.flatMap((ref) => {
    if (!isObject(ref) || typeof ref['name'] !== 'string' || typeof ref['targetCommit'] !== 'string') return []
    return [[ref['name'], ref['targetCommit']] as const]
  })
  return Object.fromEntries(refs)
}

export const authorization = (key: string): string => `Bearer ${key}`
