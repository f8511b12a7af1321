import path from 'node:path'
import type { FlowNode } from '../e2e/harness/node-red.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { Network } from '../harness/network.mts'
import { Pooler } from '../harness/pooler.mts'
import { type PostgresServer, startPostgres } from '../harness/postgres.mts'
import { PATIENCE, Site } from './site.mts'

interface Member {
  readonly site: Site
  /** Between it and the database. */
  readonly network: Network
}

const DOCUMENTED = path.resolve(import.meta.dirname, '../../docs/deploy/settings.js')

let server: PostgresServer | null = null
let schemas = 0

/** Several Node-RED on one real PostgreSQL, each with a network of its own. One server for all tests of a file. */
export class Cluster {
  readonly members: Member[] = []
  schema = ''
  readonly #settings: object
  readonly #backends: number | null
  #pooler: Pooler | null = null

  /**
   * @param settings of `database`, besides
   * @param backends so many connections a pooler in transaction mode shares among all; null: there is none
   */
  constructor(settings: object = {}, backends: number | null = null) {
    this.#settings = settings
    this.#backends = backends
  }

  get server(): PostgresServer {
    return server!
  }

  /** A user directory each; the far end of their webhooks is the first one's. */
  async prepare(count: number): Promise<void> {
    server ??= await startPostgres()
    this.schema = `cluster ${++schemas}`
    if (this.#backends !== null) this.#pooler = await Pooler.before(server, this.#backends)
    for (let index = 0; index < count; index += 1) {
      const site = new Site()
      await site.prepare()
      this.members.push({ site, network: await Network.to(this.#pooler?.port ?? server.port) })
    }
  }

  site(index: number): Site {
    return this.members[index]!.site
  }

  /**
   * @param settings of settings.js, besides
   * @param code that its settings file ends with
   */
  async start(
    index: number,
    flow?: readonly FlowNode[],
    env: Record<string, string> = {},
    settings: object = {},
    code = '',
  ): Promise<void> {
    const { site, network } = this.members[index]!
    const database = { connectionString: server!.url(undefined, network.port), schema: this.schema, ...this.#settings }
    await site.start(flow, { settings: { ...settings, artifactAutomations: { database } }, env, code })
  }

  /** By the settings that the page on several Node-RED tells to use. */
  async startAsDocumented(index: number, flow: readonly FlowNode[]): Promise<void> {
    const { site, network } = this.members[index]!
    const env = { DATABASE_URL: server!.url(undefined, network.port), NODE_RED_CREDENTIAL_SECRET: 'the same' }
    const code = `Object.assign(module.exports, require(${JSON.stringify(DOCUMENTED)}))`
    await site.start(flow, { code, env })
  }

  /** With one flow on all of them, at once. */
  async startAll(flow: readonly FlowNode[]): Promise<void> {
    await Promise.all(this.members.map((_, index) => this.start(index, flow)))
  }

  /** Resolves when the store of each is open. */
  async ready(): Promise<void> {
    for (const { site } of this.members) {
      const open = () =>
        site.admin('GET', '/webhooks').then(
          () => true,
          () => false,
        )
      await eventually(open, 'the store does not open', PATIENCE)
    }
  }

  /** Rows of a table of the store. */
  rows<R extends object>(sql: string): Promise<R[]> {
    return server!.query<R & Record<string, unknown>>(sql.replace(/@([a-z_]+)/g, `"${this.schema}".$1`)) as Promise<R[]>
  }

  /** The number of the instance in the database that has the lease of a thing and lives; null: none. */
  async ownerOf(thing: string): Promise<number | null> {
    const [lease] = await this.rows<{ owner: string }>(
      `SELECT owner FROM @leases WHERE thing = '${thing}' AND owner IN (SELECT id FROM @instances)`,
    ).catch(() => []) // before the first of them has made the tables
    return lease === undefined ? null : Number(lease.owner)
  }

  async clear(): Promise<void> {
    for (const { site, network } of this.members.splice(0)) {
      await site.clear()
      await network.end()
    }
    await this.#pooler?.end()
    this.#pooler = null
  }
}

export async function stopServer(): Promise<void> {
  await server?.stop()
  server = null
}
