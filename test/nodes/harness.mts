import { type EventEmitter, once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Node, NodeInitializer } from 'node-red'
import helper from 'node-red-node-test-helper'
import { Waiters } from '../e2e/harness/wait.mts'

const require = createRequire(import.meta.url)
const packageJson = require('../../package.json')

helper.init(require.resolve(process.env['NR_PACKAGE'] ?? 'node-red'))

export interface FlowNode {
  id: string
  type: string
  [property: string]: unknown
}

export interface Status {
  fill?: string
  text?: string
}

export interface Message {
  payload?: unknown
  [property: string]: unknown
}

/** A message that reached a `helper` node, a status, or a caught error. */
type Seen = Message

const every = (type: string): NodeInitializer =>
  require(path.resolve(import.meta.dirname, '../..', packageJson['node-red'].nodes[type]))

/** All nodes of the package, as Node-RED would load them. */
export const NODES: NodeInitializer[] = Object.keys(packageJson['node-red'].nodes).map(every)

/** The helper serves nothing of what nodes put into Node-RED's web server: wires both applications to it as red.js does. */
const connectHttp: NodeInitializer = (RED) => {
  const { _app: app } = helper as unknown as { _app: { use(handler: unknown): void } }
  app.use(RED.httpAdmin)
  app.use(RED.httpNode)
}

/** The stores stay open over deploys; a test's must not outlive it. */
const closeStores = ({ _events: events }: { _events: object }) =>
  require('../../dist/nodes/runtime/host-of.js').closeStores({ events })

const runtimeEvents = () => (helper as unknown as { _events: EventEmitter })._events

/** Nodes that come with Node-RED, by their file: `core('network/21-httpin')`. */
export function core(file: string): NodeInitializer {
  const nodeRed = createRequire(require.resolve(`${process.env['NR_PACKAGE'] ?? 'node-red'}/package.json`))
  return nodeRed(`@node-red/nodes/core/${file}.js`)
}

function onTab(flow: readonly FlowNode[]): FlowNode[] {
  const tab: FlowNode = { id: 'tab', type: 'tab', label: 'test' }
  return [tab, ...flow.map((node) => ('z' in node || !('wires' in node) ? node : { ...node, z: 'tab' }))]
}

/**
 * A Node-RED runtime inside the test process, on a user directory of its own: call it inside `describe`. It is started
 * before each test and gone after it, with everything the nodes had open.
 *
 * There is no registry and no flow file: flows are loaded with `load`, catalogs are not (`RED._` returns keys).
 */
export function useNodeRed({ settings = {} }: { settings?: object } = {}): TestRuntime {
  const runtime = new TestRuntime()
  beforeEach(async () => {
    await runtime.start(settings)
  })
  afterEach(async () => {
    await runtime.stop()
  })
  return runtime
}

function logged(id: string, level: 'ERROR' | 'WARN'): unknown[] {
  const log = helper.log() as unknown as Record<'ERROR' | 'WARN', number> & {
    args: [{ id: string; level: number; msg: unknown }][]
  }
  return log.args.flatMap(([entry]) => (entry.id === id && entry.level === log[level] ? [entry.msg] : []))
}

export class TestRuntime {
  #userDir = ''
  readonly #seen = new Map<string, Seen[]>()
  readonly #arrived = new Waiters()
  readonly #statuses = new Map<string, Status>()
  readonly #keepStatus = ({ id, status }: { id: string; status: Status }) => this.#statuses.set(id, status)

  get userDir(): string {
    return this.#userDir
  }

  async start(settings: object): Promise<void> {
    this.#userDir = await mkdtemp(path.join(tmpdir(), 'artifact-automations-nodes-'))
    this.#seen.clear()
    this.#statuses.clear()
    helper.settings({ userDir: this.#userDir, ...settings } as never)
    await new Promise<void>((resolve) => {
      helper.startServer(resolve)
    })
    runtimeEvents().on('node-status', this.#keepStatus)
  }

  async stop(): Promise<void> {
    runtimeEvents().off('node-status', this.#keepStatus)
    await helper.unload()
    closeStores(helper as unknown as { _events: object })
    await new Promise<void>((resolve) => {
      helper.stopServer(resolve)
    })
    await rm(this.#userDir, { recursive: true, force: true })
  }

  /** Closes every store as the end of the process does; they open again at the next deploy. */
  async stopStores(): Promise<void> {
    closeStores(helper as unknown as { _events: object })
  }

  /** Where the runtime's HTTP interfaces are, without a slash at the end. */
  get url(): string {
    return (helper as unknown as { url(): string }).url().replace(/\/$/, '')
  }

  /**
   * Deploys a flow. Nodes without `z` that are not configuration are put on a tab, so that Catch and Status nodes of
   * the flow see them. Messages that reach nodes of type `helper` are kept for `messages`.
   *
   * @param credentials by node id
   */
  async load(flow: readonly FlowNode[], credentials: Record<string, object> = {}, nodes = NODES): Promise<void> {
    await helper.load([connectHttp, ...nodes] as never, onTab(flow) as never, credentials as never)
    for (const { id, type } of flow) if (type === 'helper') this.#record(id)
  }

  /** Deploys another flow in place of the one that was loaded; resolves when it runs. */
  async redeploy(flow: readonly FlowNode[], credentials: Record<string, object> = {}): Promise<void> {
    const { _redNodes: runtime } = helper as unknown as {
      _redNodes: Record<'setFlows', (...all: unknown[]) => unknown>
    }
    const started = once(runtimeEvents(), 'flows:started')
    await runtime.setFlows(onTab(flow), credentials, 'full')
    await started
    for (const { id, type } of flow) if (type === 'helper') this.#record(id)
  }

  /** Stops the runtime with its stores, as the process would, and starts it again on the same user directory. */
  async restart(flow: readonly FlowNode[], credentials: Record<string, object> = {}): Promise<void> {
    await helper.unload()
    closeStores(helper as unknown as { _events: object })
    this.#statuses.clear()
    await this.load(flow, credentials)
  }

  #record(id: string): void {
    const seen: Seen[] = []
    this.#seen.set(id, seen)
    this.node(id).on('input', (message) => {
      seen.push(message as Seen)
      this.#arrived.check()
    })
  }

  node(id: string): Node {
    const node = helper.getNode(id)
    if (!node) throw new Error(`There is no running node "${id}".`)
    return node
  }

  /** Resolves with the messages that reached a `helper` node, once there are `count` of them. */
  async messages(id: string, count = 1, timeout = 5000): Promise<Message[]> {
    const seen = this.#seen.get(id)
    if (!seen) throw new Error(`"${id}" is no helper node of the flow.`)
    await this.#arrived.until(
      () => seen.length >= count,
      timeout,
      () => `${id} got ${seen.length} of ${count} messages`,
    )
    return seen
  }

  /** What a `helper` node got so far. */
  received(id: string): readonly Message[] {
    return this.#seen.get(id) ?? []
  }

  /** What a node shows, also what it showed while it was being made. */
  statusOf(id: string): Status {
    return this.#statuses.get(id) ?? {}
  }

  /** What a node logged as errors so far, as log handlers and the debug sidebar get it. */
  errorsOf(id: string): unknown[] {
    return logged(id, 'ERROR')
  }

  /** The same for warnings. */
  warningsOf(id: string): unknown[] {
    return logged(id, 'WARN')
  }

  /** A request to the runtime's HTTP interfaces; objects are sent as JSON. */
  async fetch(route: string, { body, headers, ...options }: Omit<RequestInit, 'body'> & { body?: unknown } = {}) {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
    return fetch(`${this.url}${route}`, {
      ...(text !== undefined && { method: 'POST', body: text }),
      ...options,
      headers: { 'Content-Type': 'application/json', 'X-Artifact-Automations': '1', ...headers },
    })
  }
}
