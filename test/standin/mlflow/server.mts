import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type MlflowWorld, type Model, Refusal, type Version } from './world.mts'

/** What came, before it is answered; what it answers itself is not answered again. */
export type Intercept = (request: IncomingMessage, response: ServerResponse, url: URL) => boolean | Promise<boolean>

export interface Standin {
  readonly url: string
  /** Paths with their queries, in order. */
  readonly requests: string[]
  intercept: Intercept
  /** Whether a list has a model, or its versions. */
  isListed: (name: string, list: 'models' | 'versions') => boolean
  close(): Promise<void>
}

type Call = (world: MlflowWorld, given: Given) => object

/** A query or a body: protocol buffers have texts and numbers in either. */
type Given = Record<string, string & { key: string; value: string }[]>

/**
 * MLflow's REST interface to a registry in memory: what the watch asks, and what the real client needs to fill it. The same
 * registry is at the addresses of Databricks' Unity Catalog, whose lists have no aliases, no tags and no order.
 */
export async function mlflowStandin(world: MlflowWorld, { token = '', latest = true } = {}): Promise<Standin> {
  const requests: string[] = []
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://standin')
    requests.push(url.pathname + url.search)
    if (await standin.intercept(request, response, url)) return
    const send = (status: number, body: object) => {
      response.writeHead(status, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    if (token !== '' && ![`Bearer ${token}`, `Basic ${btoa(token)}`].includes(request.headers.authorization ?? '')) {
      return send(401, { error_code: 'UNAUTHENTICATED', message: 'Credentials are not right.' })
    }
    try {
      const [, catalog, path = ''] = /^\/api\/2\.0\/mlflow\/(unity-catalog\/)?(.*)$/.exec(url.pathname) ?? []
      const calls = catalog ? CATALOG : CALLS
      const call = calls[`${request.method} ${path}`]
      if (url.pathname === '/version') return response.end('3.99.0')
      if (!call) throw new Refusal(404, 'ENDPOINT_NOT_FOUND', `No API found for '${request.method} ${url.pathname}'`)
      send(200, listed(call(world, await givenIn(request, url, latest)), standin.isListed))
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      send(error.status, { error_code: error.code, message: error.message })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const standin: Standin = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    intercept: () => false,
    isListed: () => true,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return standin
}

/** What a user sees of a list where MLflow's own authentication filters it (mlflow/server/auth/__init__.py). */
function listed(answer: object, isListed: Standin['isListed']): object {
  const {
    registered_models: models,
    model_versions: versions,
    ...rest
  } = answer as {
    registered_models?: { name: string }[]
    model_versions?: { name: string }[]
  }
  const ofModels = models?.filter(({ name }) => isListed(name, 'models')) ?? []
  const ofVersions = versions?.filter(({ name }) => isListed(name, 'versions')) ?? []
  return {
    ...(ofModels.length > 0 && { registered_models: ofModels }),
    ...(ofVersions.length > 0 && { model_versions: ofVersions }),
    ...rest,
  }
}

async function givenIn(request: IncomingMessage, url: URL, latest: boolean): Promise<Given> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += chunk
  const query = Object.fromEntries([...url.searchParams.keys()].map((name) => [name, url.searchParams.get(name)]))
  return { ...query, order_by: url.searchParams.getAll('order_by'), latest, ...(text === '' ? {} : JSON.parse(text)) }
}

const pairs = (map: ReadonlyMap<string, string>) => [...map].map(([key, value]) => ({ key, value }))
const texts = (list: { key: string; value: string }[] = []) =>
  Object.fromEntries(list.map(({ key, value }) => [key, value]))

const versionJson = (name: string, each: Version) => ({
  name,
  version: String(each.version),
  creation_timestamp: each.created,
  last_updated_timestamp: each.updated,
  current_stage: each.stage,
  description: each.description,
  source: each.source,
  run_id: each.runId,
  status: 'READY',
  ...(each.tags.size > 0 && { tags: pairs(each.tags) }),
  run_link: '',
})

const modelJson = (model: Model, latest: boolean) => {
  const newest = [...model.versions.values()].at(-1)
  return {
    name: model.name,
    creation_timestamp: model.created,
    last_updated_timestamp: model.updated,
    ...(model.description !== '' && { description: model.description }),
    ...(latest && newest && { latest_versions: [versionJson(model.name, newest)] }),
    ...(model.tags.size > 0 && { tags: pairs(model.tags) }),
    ...(model.aliases.size > 0 && {
      aliases: [...model.aliases].map(([alias, version]) => ({ alias, version: String(version) })),
    }),
  }
}

/** MLflow's tokens are offsets, so that what is deleted shifts the pages behind it. */
function page<T>(name: string, all: readonly T[], { max_results, page_token }: Given, usual: number, most: number) {
  const size = Number(max_results ?? usual)
  if (size > most) {
    throw new Refusal(400, 'INVALID_PARAMETER_VALUE', `Invalid value "${size}" for parameter 'max_results' supplied`)
  }
  const offset = page_token ? Number(Buffer.from(page_token, 'base64').toString()) : 0
  const items = all.slice(offset, offset + size)
  const next = offset + size < all.length ? Buffer.from(String(offset + size)).toString('base64') : undefined
  return { ...(items.length > 0 && { [name]: items }), ...(next !== undefined && { next_page_token: next }) }
}

const byText = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0)

const nameIn = (filter: string | undefined): string | undefined => {
  if (!filter) return undefined
  const [, , name] = /^\s*name\s*=\s*(['"])(.*)\1\s*$/s.exec(filter) ?? []
  if (name === undefined) throw new Refusal(400, 'INVALID_PARAMETER_VALUE', `Invalid filter '${filter}'`)
  return name
}

const CALLS: Readonly<Record<string, Call>> = {
  'GET registered-models/search': (world, given) => {
    const models = [...world.models.values()].sort((one, other) => byText(one.name, other.name))
    if (String(given['order_by']?.[0] ?? '').startsWith('last_updated_timestamp DESC')) {
      models.sort((one, other) => other.updated - one.updated)
    }
    const wanted = nameIn(given['filter'])
    const found = models.filter(({ name }) => wanted === undefined || name === wanted)
    const latest = Boolean(given['latest'])
    const { registered_models = [], ...rest } = page('registered_models', found, given, 100, 1000) as {
      registered_models?: Model[]
    }
    return { registered_models: registered_models.map((model) => modelJson(model, latest)), ...rest }
  },
  'GET model-versions/search': (world, given) => {
    const wanted = nameIn(given['filter'])
    const all = [...world.models.values()]
      .filter(({ name }) => wanted === undefined || name === wanted)
      .flatMap(({ name, versions }) => [...versions.values()].map((version) => ({ name, version })))
      .sort((one, other) => byText(one.name, other.name) || other.version.version - one.version.version)
    const order = String(given['order_by']?.[0] ?? 'last_updated_timestamp DESC')
    if (order.startsWith('last_updated')) all.sort((one, other) => other.version.updated - one.version.updated)
    const { model_versions = [], ...rest } = page('model_versions', all, given, 10_000, 200_000) as {
      model_versions?: typeof all
    }
    return { model_versions: model_versions.map(({ name, version }) => versionJson(name, version)), ...rest }
  },
  'GET registered-models/get': (world, { name = '' as never }) => ({
    registered_model: modelJson(world.model(name), true),
  }),
  'GET model-versions/get': (world, { name = '' as never, version = '' as never }) => {
    const aliases = [...world.model(name).aliases].filter(([, holder]) => holder === Number(version))
    return {
      model_version: { ...versionJson(name, world.version(name, version)), aliases: aliases.map(([alias]) => alias) },
    }
  },
  'POST registered-models/create': (world, { name = '' as never, tags }) => ({
    registered_model: modelJson(world.create(name, texts(tags)), true),
  }),
  'POST model-versions/create': (world, { name = '' as never, source, run_id, description, tags }) => {
    const made = world.createVersion(name, {
      source: source ?? '',
      runId: run_id ?? '',
      description: description ?? '',
      tags: texts(tags),
    })
    return { model_version: versionJson(name, made) }
  },
  'POST registered-models/rename': (world, { name = '' as never, new_name = '' as never }) => {
    world.rename(name, new_name)
    return { registered_model: modelJson(world.model(new_name), true) }
  },
  'DELETE registered-models/delete': done((world, { name = '' as never }) => world.delete(name)),
  'DELETE model-versions/delete': done((world, { name = '' as never, version = '' as never }) =>
    world.deleteVersion(name, version),
  ),
  'POST model-versions/transition-stage': (world, { name = '' as never, version = '' as never, stage }) => {
    world.stage(name, version, stage ?? 'None')
    return { model_version: versionJson(name, world.version(name, version)) }
  },
  'POST registered-models/set-tag': done((world, { name = '' as never, key = '' as never, value }) =>
    world.model(name).tags.set(key, value ?? ''),
  ),
  'DELETE registered-models/delete-tag': done((world, { name = '' as never, key = '' as never }) =>
    world.model(name).tags.delete(key),
  ),
  'POST model-versions/set-tag': done(
    (world, { name = '' as never, version = '' as never, key = '' as never, value }) =>
      world.version(name, version).tags.set(key, value ?? ''),
  ),
  'DELETE model-versions/delete-tag': done((world, { name = '' as never, version = '' as never, key = '' as never }) =>
    world.version(name, version).tags.delete(key),
  ),
  'POST registered-models/alias': done((world, { name = '' as never, alias = '' as never, version = '' as never }) =>
    world.setAlias(name, alias, version),
  ),
  'DELETE registered-models/alias': done((world, { name = '' as never, alias = '' as never }) =>
    world.deleteAlias(name, alias),
  ),
}

function done(work: (world: MlflowWorld, given: Given) => unknown): Call {
  return (world, given) => {
    work(world, given)
    return {}
  }
}

/** What lists of Unity Catalog say; `get` says more (mlflow/protos/databricks_uc_registry_messages.proto). */
const bare = ({ name, creation_timestamp, last_updated_timestamp }: Record<string, unknown>) => ({
  name,
  creation_timestamp,
  last_updated_timestamp,
})

const CATALOG: Readonly<Record<string, Call>> = {
  ...CALLS,
  'GET registered-models/search': (world, given) => {
    const { registered_models = [], ...rest } = CALLS['GET registered-models/search']!(world, {
      ...given,
      order_by: [] as never,
    }) as { registered_models?: Record<string, unknown>[] }
    return { registered_models: registered_models.map(bare), ...rest }
  },
  'GET model-versions/search': (world, given) => {
    if (!given['filter']) throw new Refusal(400, 'INVALID_PARAMETER_VALUE', 'Missing filter: specify a model name')
    const { model_versions = [], ...rest } = CALLS['GET model-versions/search']!(world, given) as {
      model_versions?: Record<string, unknown>[]
    }
    return { model_versions: model_versions.map(({ tags: _, current_stage: __, ...each }) => each), ...rest }
  },
}
