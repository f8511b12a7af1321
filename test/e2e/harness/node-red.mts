import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Waiters } from './wait.mts'

const require = createRequire(import.meta.url)
const root = path.resolve(import.meta.dirname, '../../..')

/** The npm name of the Node-RED under test: `node-red` (5) or `node-red-4` (4.1). `npm test` runs the suites on both. */
export const NODE_RED = process.env['NR_PACKAGE'] ?? 'node-red'
export const NODE_RED_VERSION: string = require(`${NODE_RED}/package.json`).version

export interface FlowNode {
  id: string
  type: string
  [property: string]: unknown
}

/** What the runtime pushed to editors: debug messages, status, notifications. */
export interface Pushed {
  readonly topic: string
  readonly data: unknown
}

export interface DebugMessage {
  readonly id: string
  readonly msg: string
  readonly format: string
}

interface StartOptions {
  /** Used as it is and left behind; default: a new one under the system's temporary directory, removed by `stop`. */
  readonly userDir?: string
  /** Settings over the usual ones. Only what JSON can hold. */
  readonly settings?: object
  /** JavaScript for what JSON cannot hold, at the end of settings.js: it changes `module.exports`. */
  readonly code?: string
  readonly env?: Record<string, string>
  /** Extra folders to load nodes from; default: this repository. */
  readonly nodesDir?: readonly string[]
  /** npm name of the Node-RED to start; default: `NODE_RED`. */
  readonly package?: string
  /** The Node.js that runs it; default: the one of the tests. */
  readonly node?: string
}

/** The settings under which nothing but the product itself is on the screen or on the wire. */
export const QUIET_SETTINGS = {
  uiHost: '127.0.0.1',
  flowFile: 'flows.json',
  credentialSecret: 'test',
  telemetry: { enabled: false, updateNotification: false },
  externalModules: { palette: { allowInstall: false }, modules: { allowInstall: false } },
  editorTheme: { tours: false, projects: { enabled: false }, palette: { catalogues: [] } },
  logging: { console: { level: 'info', metrics: false, audit: false } },
}

/** A real Node-RED in a process of its own, with this package. */
export class NodeRed {
  readonly userDir: string
  /** Everything it printed, line by line. */
  readonly log: string[] = []
  /** Everything it pushed to editors since `listen` was called. */
  readonly pushed: Pushed[] = []
  #url = ''
  readonly #child: ChildProcess
  readonly #removeUserDir: boolean
  readonly #happened = new Waiters()
  #socket: WebSocket | undefined

  private constructor(child: ChildProcess, userDir: string, removeUserDir: boolean) {
    this.#child = child
    this.userDir = userDir
    this.#removeUserDir = removeUserDir
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.#printed(line))
    }
    child.on('exit', () => this.#happened.check())
  }

  static async start(options: StartOptions = {}) {
    const {
      userDir,
      settings,
      code = '',
      env,
      nodesDir = [root],
      package: name = NODE_RED,
      node = process.execPath,
    } = options
    const folder = userDir ?? (await mkdtemp(path.join(tmpdir(), 'artifact-automations-')))
    const settingsFile = path.join(folder, 'settings.js')
    await writeFile(
      settingsFile,
      `module.exports = ${JSON.stringify({ ...QUIET_SETTINGS, nodesDir, ...settings })}\n${code}\n`,
    )
    const child = spawn(node, [require.resolve(`${name}/red.js`), '-u', folder, '-s', settingsFile, '-p', '0'], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const nodeRed = new NodeRed(child, folder, userDir === undefined)
    try {
      const running = await nodeRed.logged(/Server now running at (\S+)/, 30_000)
      nodeRed.#url = running[1]?.replace(/\/$/, '') ?? ''
      // stopped: they were when it ended the last time
      await nodeRed.logged(/(?:Started|Stopped) flows/, 30_000)
    } catch (error) {
      await nodeRed.stop()
      throw error
    }
    return nodeRed
  }

  /** Without a slash at the end. */
  get url(): string {
    return this.#url
  }

  get pid(): number {
    return this.#child.pid as number
  }

  #printed(line: string): void {
    this.log.push(line)
    this.#happened.check()
  }

  /** Resolves with the match of the first line (from line `after` on) that fits. */
  async logged(pattern: RegExp, timeout = 10_000, after = 0): Promise<RegExpExecArray> {
    let found: RegExpExecArray | null = null
    const look = () => {
      for (let index = after; index < this.log.length && !found; index += 1) {
        found = pattern.exec(this.log[index] as string)
      }
      return found !== null || this.#child.exitCode !== null
    }
    const story = () => `no line like ${pattern} in the log of ${NODE_RED}:\n${this.log.join('\n')}`
    await this.#happened.until(look, timeout, story)
    if (!found) throw new Error(`Node-RED ended with ${this.#child.exitCode}; ${story()}`)
    return found
  }

  /** A request to the admin interface as the editor makes it. @throws when the answer is not 2xx */
  async admin(method: string, route: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.#url}${route}`, {
      method,
      headers: {
        Accept: 'application/json',
        'Content-Type': 'application/json',
        'X-Artifact-Automations': '1',
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${route} answered ${response.status}: ${text}`)
    return text === '' ? undefined : JSON.parse(text)
  }

  /** Deploys all flows anew and returns when they run. Secrets go in as `credentials` of their nodes. */
  async deploy(flows: readonly FlowNode[]): Promise<void> {
    const after = this.log.length
    await this.admin('POST', '/flows', flows)
    await this.logged(/Started (flows|modified)/, 30_000, after)
  }

  /** The flows as the editor would get them. */
  async flows(): Promise<FlowNode[]> {
    return (await this.admin('GET', '/flows')) as FlowNode[]
  }

  /** Errors of node sets that did not load, as `module/set: error`. */
  async nodeSetErrors(): Promise<string[]> {
    const sets = (await this.admin('GET', '/nodes')) as { id: string; err?: string }[]
    return sets.filter(({ err }) => err).map(({ id, err }) => `${id}: ${err}`)
  }

  /** Posts an event to the HTTP source at its usual path, and returns what it answered. */
  async post(event: unknown, { token, path: route = '/artifact-events', headers = {} }: PostOptions = {}) {
    const response = await fetch(`${this.#url}${route}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }), ...headers },
      body: JSON.stringify(event),
    })
    return { status: response.status, text: await response.text() }
  }

  /** Opens the channel that editors listen on, and keeps everything that comes through it in `pushed`. */
  async listen(): Promise<void> {
    const socket = new WebSocket(`${this.#url.replace(/^http/, 'ws')}/comms`)
    socket.addEventListener('message', ({ data }) => {
      const messages: Pushed | Pushed[] = JSON.parse(String(data))
      this.pushed.push(...(Array.isArray(messages) ? messages : [messages]))
      this.#happened.check()
    })
    await once(socket, 'open')
    for (const topic of ['debug', 'status/#', 'notification/#']) socket.send(JSON.stringify({ subscribe: topic }))
    this.#socket = socket
  }

  /** Resolves with the pushed messages that `match` once there are `count` of them. */
  async sawPushed(match: (pushed: Pushed) => boolean, count = 1, timeout = 10_000): Promise<Pushed[]> {
    const matching = () => this.pushed.filter(match)
    await this.#happened.until(
      () => matching().length >= count,
      timeout,
      () =>
        `saw ${matching().length} of ${count} in\n${this.pushed.map((pushed) => JSON.stringify(pushed)).join('\n')}`,
    )
    return matching()
  }

  /** Resolves with what the debug node showed (of what includes this text) once it has shown `count` messages. */
  async debugged(id: string, including = '', count = 1): Promise<DebugMessage[]> {
    const pushed = await this.sawPushed(({ topic, data }) => {
      if (topic !== 'debug') return false
      const message = data as DebugMessage
      return message.id === id && message.msg.includes(including)
    }, count)
    return pushed.map(({ data }) => data as DebugMessage)
  }

  /** Ends the process as a service manager would, and fails when it does not end by itself within 20 s. */
  async stop(): Promise<void> {
    this.#socket?.close()
    try {
      if (this.#child.exitCode === null && this.#child.signalCode === null) {
        const ended = once(this.#child, 'exit')
        this.#child.kill('SIGTERM')
        const timer = setTimeout(() => this.#child.kill('SIGKILL'), 20_000)
        await ended
        clearTimeout(timer)
        if (this.#child.signalCode === 'SIGKILL') {
          throw new Error(`Node-RED did not end within 20 s of SIGTERM:\n${this.log.join('\n')}`)
        }
      }
    } finally {
      if (this.#removeUserDir) await rm(this.userDir, { recursive: true, force: true })
    }
  }

  /** The code that the process ended with; null while it runs, or when it was killed. */
  get exitCode(): number | null {
    return this.#child.exitCode
  }

  /** Resolves when the process has ended, whoever ended it. */
  async ended(): Promise<void> {
    if (this.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit')
  }

  /** Ends the process as a power cut would. The userDir stays. */
  async kill(): Promise<void> {
    this.#socket?.close()
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await ended
  }
}

interface PostOptions {
  readonly token?: string
  /** Default `/artifact-events`. */
  readonly path?: string
  readonly headers?: Record<string, string>
}
