import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type FlowNode, NodeRed, type Pushed } from '../e2e/harness/node-red.mts'
import { Receiver, type Recorded } from '../e2e/harness/receiver.mts'
import { eventually } from '../e2e/harness/wait.mts'
import { event, sender, source, template, trigger, webhook } from '../nodes/automation.mts'

/** Longer than anything takes on a machine with other work: a test waits for what happens, never for time. */
export const PATIENCE = 45_000

/** Retries that are not over when a busy machine comes to what a test does after a refusal. */
export const EACH_SECOND = Array.from({ length: 40 }, () => '1s').join(', ')

/** What names the event in the payload that `automation` sends. */
export const TEMPLATE = '{"event": "${event.event_id}"}'

/** One row of the history. */
export interface Row {
  readonly id: string
  readonly event_id: string
  readonly status: string
  readonly attempts: number
  readonly created_at: string
  readonly error?: { readonly code: string; readonly message: string }
}

export interface Attempt {
  readonly started_at: string
  readonly status_code?: number
  readonly error?: { readonly code: string }
}

interface StartOptions {
  readonly settings?: object
  readonly code?: string
  readonly env?: Record<string, string>
}

/** The answer to a posted event. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** From an HTTP source that asks for nothing to `url`: source, trigger, template, sender, webhook, on the tab `tab`. */
export function automation(url: string, { hook = {}, text = TEMPLATE }: { hook?: object; text?: string } = {}) {
  return onTab([source(), trigger(), template(text), sender({ wires: [[], []] }), webhook(url, hook)])
}

/** Puts what can be wired on a tab. */
export function onTab(nodes: readonly FlowNode[], tab: object = {}): FlowNode[] {
  const placed = nodes.map((node) => ('wires' in node ? { x: 100, y: 100, z: 'tab', ...node } : node))
  return [{ id: 'tab', type: 'tab', label: 'faults', ...tab }, ...placed]
}

/** The id of the event that a request tells of. */
export const eventOf = ({ body }: Recorded): string => JSON.parse(body.toString()).event

/**
 * A user directory whose Node-RED dies and comes back, and the far end of its webhooks. Call it inside `describe`:
 * each test gets a new one, and leaves no process and no file behind.
 */
export function useSite(): Site {
  const site = new Site()
  beforeEach(() => site.prepare())
  afterEach(() => site.clear())
  return site
}

export class Site {
  receiver!: Receiver
  userDir = ''
  #processes: NodeRed[] = []
  #receivers: Receiver[] = []

  async prepare(): Promise<void> {
    this.userDir = await mkdtemp(path.join(tmpdir(), 'artifact-automations-faults-'))
    this.receiver = await this.newReceiver()
  }

  async clear(): Promise<void> {
    for (const process of this.#processes.splice(0)) await process.kill()
    for (const receiver of this.#receivers.splice(0)) await receiver.close()
    await rm(this.userDir, { recursive: true, force: true })
  }

  async newReceiver(): Promise<Receiver> {
    const receiver = await Receiver.listen()
    this.#receivers.push(receiver)
    return receiver
  }

  /** The Node-RED that was started last. */
  get nodeRed(): NodeRed {
    const last = this.#processes.at(-1)
    if (!last) throw new Error('No Node-RED was started.')
    return last
  }

  /** What all that were started on this user directory have logged. */
  everyLog(): string[] {
    return this.#processes.flatMap(({ log }) => log)
  }

  get storeDir(): string {
    return path.join(this.userDir, 'artifact-automations')
  }

  get storeFile(): string {
    return path.join(this.storeDir, 'store.db')
  }

  /** Starts Node-RED on the user directory, with this flow if it is given, else with the one of last time. */
  async start(flow?: readonly FlowNode[], options: StartOptions = {}): Promise<NodeRed> {
    if (flow) await writeFile(path.join(this.userDir, 'flows.json'), JSON.stringify(flow))
    const nodeRed = await NodeRed.start({ userDir: this.userDir, ...options })
    this.#processes.push(nodeRed)
    return nodeRed
  }

  /** `kill -9`. */
  kill(): Promise<void> {
    return this.nodeRed.kill()
  }

  /** What happens to whoever waits for an answer: the connection breaks. */
  async post(events: unknown, nodeRed = this.nodeRed): Promise<Answer> {
    const response = await fetch(`${nodeRed.url}/artifact-events`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(events),
    })
    return { status: response.status, headers: response.headers, text: await response.text() }
  }

  /** Posts an event of this id, and fails unless it is accepted. */
  async accept(id: string, more: object = {}): Promise<void> {
    const { status, text } = await this.post(event({ event_id: id, ...more }))
    if (status !== 202) throw new Error(`The event ${id} was answered ${status}: ${text}`)
  }

  /** A call to the package's own admin interface. */
  admin<T>(method: 'GET' | 'POST', route: string, body?: object): Promise<T> {
    return this.nodeRed.admin(method, `/artifact-automations${route}`, body) as Promise<T>
  }

  async deliveries(query = ''): Promise<Row[]> {
    return (await this.admin<{ deliveries: Row[] }>('GET', `/deliveries?limit=200&${query}`)).deliveries
  }

  async log(delivery: string): Promise<Attempt[]> {
    return (await this.admin<{ log: Attempt[] }>('GET', `/deliveries/${delivery}`)).log
  }

  /** What Prometheus would read. */
  async metrics(): Promise<string> {
    return (await fetch(`${this.nodeRed.url}/artifact-automations/metrics`)).text()
  }

  /** Resolves when `count` deliveries are in this state. */
  async until(status: 'pending' | 'delivered' | 'failed', count: number): Promise<Row[]> {
    let rows: Row[] = []
    const there = async () => {
      rows = await this.deliveries(`status=${status}`)
      return rows.length === count
    }
    await eventually(there, `there are not ${count} deliveries ${status}`, PATIENCE)
    return rows
  }

  /** Resolves when the receiver has got every one of these events. */
  async arrived(ids: Iterable<string>, receiver = this.receiver): Promise<void> {
    const missing = new Set(ids)
    let seen = 0
    const all = () => {
      for (; seen < receiver.requests.length; seen += 1) missing.delete(eventOf(receiver.requests[seen]!))
      return missing.size === 0
    }
    await receiver.until(all, PATIENCE, () => `${missing.size} events did not arrive: ${[...missing].slice(0, 5)} …`)
  }

  /** Deploys as the editor does, and returns when the flows run. */
  async deploy(flow: readonly FlowNode[], type: 'full' | 'flows' | 'nodes' | 'reload' = 'full'): Promise<void> {
    const after = this.nodeRed.log.length
    const response = await fetch(`${this.nodeRed.url}/flows`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Node-RED-Deployment-Type': type },
      body: JSON.stringify(flow),
    })
    if (!response.ok) throw new Error(`The deploy was answered ${response.status}: ${await response.text()}`)
    await this.nodeRed.logged(/Started (flows|modified)/, PATIENCE, after)
  }

  /** Resolves when what a node shows below itself in the editor, now, fits the pattern. */
  async shows(node: string, pattern: RegExp, nodeRed = this.nodeRed): Promise<{ fill?: string; text: string }> {
    const topic = `status/${node}`
    const now = (pushed: Pushed) =>
      pushed === nodeRed.pushed.findLast((other) => other.topic === topic) &&
      pattern.test((pushed.data as { text?: string }).text ?? '')
    const [shown] = await nodeRed.sawPushed(now, 1, PATIENCE / 2)
    return shown!.data as { fill?: string; text: string }
  }
}
