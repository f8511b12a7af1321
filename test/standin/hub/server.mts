import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Repo {
  readonly id: string
  name: string
  readonly type: 'model' | 'dataset' | 'space'
  readonly created: number
  updated: number
  readonly commits: { readonly id: string; readonly at: number }[]
  readonly tags: Map<string, string>
  isPrivate: boolean
}

/** Repositories in memory, as the Hub has them. */
export class HubWorld {
  readonly repos: Repo[] = []
  /** Names that repositories had, `model acme/churn`: whoever asks for one is sent on. */
  readonly formerNames = new Map<string, Repo>()
  #count = 0

  #sha(): string {
    this.#count += 1
    return createHash('sha1').update(String(this.#count)).digest('hex')
  }

  create(name: string, type: Repo['type'] = 'model'): Repo {
    const at = Date.now()
    const id = this.#sha().slice(0, 24)
    const repo: Repo = { id, name, type, created: at, updated: at, commits: [], tags: new Map(), isPrivate: false }
    this.repos.push(repo)
    this.commit(repo)
    return repo
  }

  commit(repo: Repo): string {
    const id = this.#sha()
    repo.updated = Math.max(repo.updated + 1, Date.now())
    repo.commits.push({ id, at: repo.updated })
    return id
  }

  rename(repo: Repo, name: string): void {
    this.formerNames.set(`${repo.type} ${repo.name}`, repo)
    repo.name = name
  }

  tag(repo: Repo, tag: string, commit = repo.commits.at(-1)?.id ?? ''): void {
    repo.tags.set(tag, commit)
  }

  delete(repo: Repo): void {
    this.repos.splice(this.repos.indexOf(repo), 1)
  }
}

/** As huggingface_hub's `whoami` gives it, without what nobody here reads. */
export interface HubAccount {
  readonly role: 'read' | 'write' | 'fineGrained'
  readonly roleInOrg: 'admin' | 'write' | 'contributor' | 'read'
  readonly isEnterprise: boolean
}

export interface HubStandin {
  readonly url: string
  readonly requests: string[]
  /** Whose the token is, as `whoami` has it. */
  account: HubAccount
  /** Which private repositories the token sees. */
  sees: (repo: Repo) => boolean
  /** Answers instead, when it says so. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean
  close(): Promise<void>
}

const webPath = ({ type, name }: Repo) => (type === 'model' ? name : `${type}s/${name}`)

const infoOf = (repo: Repo) => ({
  _id: repo.id,
  id: repo.name,
  ...(repo.type === 'model' && { modelId: repo.name }),
  author: repo.name.split('/')[0],
  sha: repo.commits.at(-1)?.id,
  lastModified: new Date(repo.updated).toISOString(),
  createdAt: new Date(repo.created).toISOString(),
  private: repo.isPrivate,
  gated: false,
  disabled: false,
  downloads: 0,
  likes: 0,
  tags: ['license:mit'],
  siblings: [],
})

/** The Hub's REST interface to these, with its ETags, its pages and its rate headers: what `huggingface_hub` asks of it. */
export async function hubStandin(world: HubWorld, { token = '', page = 1000 } = {}): Promise<HubStandin> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    if (!standin.intercept(request, response)) answer(request, response)
  })
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '', standin.url)
    const send = (status: number, body: unknown, headers: Record<string, string> = {}) => {
      const text = JSON.stringify(body)
      const etag = `W/"${createHash('sha1').update(text).digest('hex').slice(0, 12)}"`
      const all = { 'Content-Type': 'application/json', ETag: etag, RateLimit: '"api";r=400;t=200', ...headers }
      if (status === 200 && request.headers['if-none-match'] === etag) response.writeHead(304, all).end()
      else response.writeHead(status, all).end(text)
    }
    const known = request.headers.authorization === `Bearer ${token}` && token !== ''
    if (url.pathname === '/api/whoami-v2') {
      if (!known) return send(401, { error: 'Invalid username or password.' })
      const { role, roleInOrg, isEnterprise } = standin.account
      const auth = { type: 'access_token', accessToken: { displayName: 'watch', role } }
      return send(200, {
        type: 'user',
        name: 'ada',
        orgs: [{ name: 'acme', type: 'org', roleInOrg, isEnterprise }],
        auth,
      })
    }
    if (request.headers.authorization !== undefined && !known) {
      return send(401, { error: 'Invalid credentials in Authorization header' })
    }
    const [, kind = '', owner, name, more] =
      /^\/api\/(model|dataset|space)s(?:\/([^/]+)\/([^/]+))?(?:\/(.+))?$/.exec(url.pathname) ?? []
    const ofKind = world.repos.filter(
      (repo) => repo.type === kind && (!repo.isPrivate || (known && standin.sees(repo))),
    )
    if (owner === undefined) {
      const from = Number(url.searchParams.get('cursor') ?? 0)
      const size = Math.min(Number(url.searchParams.get('limit') ?? page), page)
      const author = url.searchParams.get('author')
      const all = ofKind
        .filter((repo) => author === null || repo.name.startsWith(`${author}/`))
        .sort((one, other) => other.updated - one.updated)
      const next = new URL(url)
      next.searchParams.set('cursor', String(from + size))
      const link: Record<string, string> = from + size < all.length ? { Link: `<${next.href}>; rel="next"` } : {}
      return send(200, all.slice(from, from + size).map(infoOf), link)
    }
    const repo = ofKind.find((each) => each.name === decodeURIComponent(`${owner}/${name}`))
    const former = world.formerNames.get(`${kind} ${decodeURIComponent(`${owner}/${name}`)}`)
    if (!repo && former && ofKind.includes(former)) {
      const Location = `/api/${kind}s/${former.name}${more === undefined ? '' : `/${more}`}`
      return send(307, { error: 'moved' }, { Location })
    }
    if (!repo) {
      // without a token the Hub does not even say that it is not there
      if (!known) return send(401, { error: 'Invalid username or password.' }, { 'X-Error-Code': 'RepoNotFound' })
      return send(404, { error: 'Repository not found' }, { 'X-Error-Code': 'RepoNotFound' })
    }
    if (more === undefined) return send(200, infoOf(repo))
    if (more === 'refs') {
      const main = { name: 'main', ref: 'refs/heads/main', targetCommit: repo.commits.at(-1)?.id }
      const tags = [...repo.tags].map(([tag, commit]) => ({ name: tag, ref: `refs/tags/${tag}`, targetCommit: commit }))
      return send(200, { branches: [main], converts: [], tags })
    }
    if (more === 'commits/main') {
      const commits = repo.commits.map(({ id, at }) => ({
        id,
        title: 'a commit',
        message: '',
        authors: [],
        date: new Date(at).toISOString(),
      }))
      return send(200, commits.toReversed())
    }
    send(404, { error: `No ${more} of ${webPath(repo)}` })
  }
  const standin: HubStandin = {
    url: '',
    requests,
    account: { role: 'read', roleInOrg: 'write', isEnterprise: false },
    sees: () => true,
    intercept: () => false,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  Object.assign(standin, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
  return standin
}
