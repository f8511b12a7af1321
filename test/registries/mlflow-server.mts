import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Waiters } from '../e2e/harness/wait.mts'
import { run } from './python.mts'

/** The newest one, and what its own authentication needs. */
export const MLFLOW = ['mlflow==3.17.2', 'Flask-WTF'] as const

/** The administrator of a server with users, as MLflow makes one. */
const ADMIN = { user: 'admin', password: 'an admin password' }

/** One thing that MLflow can tell, as its REST API names it: `MODEL_VERSION`, `CREATED`. */
interface WebhookEvent {
  readonly entity: string
  readonly action: string
}

/** What MLflow says of a test delivery. */
interface TestResult {
  readonly success: boolean
  readonly response_status?: number
  readonly response_body?: string
  readonly error_message?: string
}

/** Settings that let MLflow keep secrets, reach this machine without TLS, and see new webhooks at once. */
const settings = () => ({
  // a Fernet key: 32 bytes in URL-safe base64, with padding
  MLFLOW_WEBHOOK_SECRET_ENCRYPTION_KEY: `${randomBytes(32).toString('base64url')}=`,
  MLFLOW_WEBHOOK_ALLOWED_SCHEMES: 'http',
  MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS: 'true',
  MLFLOW_WEBHOOK_CACHE_TTL: '0',
  MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false',
  MLFLOW_DISABLE_TELEMETRY: 'true',
})

const usersSettings = () => ({
  MLFLOW_AUTH_ADMIN_PASSWORD: ADMIN.password,
  MLFLOW_FLASK_SERVER_SECRET_KEY: randomBytes(16).toString('hex'),
})

const withFolderOf = (binary: string) => [path.dirname(binary), process.env['PATH']].join(path.delimiter)

/** A real MLflow server with a registry of its own. */
export class MlflowServer {
  readonly #child: ChildProcess
  readonly #folder: string
  readonly #log: string[] = []
  readonly #printed = new Waiters()
  #url = ''
  readonly #headers: Record<string, string>

  private constructor(child: ChildProcess, folder: string, withUsers: boolean) {
    this.#headers = withUsers ? { Authorization: `Basic ${btoa(`${ADMIN.user}:${ADMIN.password}`)}` } : {}
    this.#child = child
    this.#folder = folder
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue
      createInterface({ input: stream }).on('line', (line) => {
        this.#log.push(line)
        this.#printed.check()
      })
    }
    child.on('exit', () => this.#printed.check())
  }

  /**
   * @param binary a Python that has MLflow
   * @param withUsers whether it asks who somebody is (mlflow.org, "Basic HTTP authentication"); calls are the administrator's
   */
  static async start(binary: string, { withUsers = false } = {}): Promise<MlflowServer> {
    const folder = await mkdtemp(path.join(tmpdir(), 'artifact-automations-mlflow-'))
    const child = spawn(
      binary,
      [
        ...['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', '0', '--workers', '1'],
        ...['--backend-store-uri', `sqlite:///${path.join(folder, 'mlflow.db')}`],
        ...['--artifacts-destination', path.join(folder, 'artifacts')],
        ...(withUsers ? ['--app-name', 'basic-auth'] : []),
      ],
      // a process group of its own: the server is a child of the command
      // MLflow 2 looks for gunicorn beside it
      {
        cwd: folder,
        detached: true,
        env: { ...process.env, ...settings(), ...(withUsers && usersSettings()), PATH: withFolderOf(binary) },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    const server = new MlflowServer(child, folder, withUsers)
    try {
      await server.#running()
    } catch (error) {
      await server.stop()
      throw error
    }
    return server
  }

  async #running(): Promise<void> {
    let url: string | undefined
    const look = () => {
      url = this.#log
        .map((line) => /(?:Uvicorn running on|Listening at:) (http\S+)/.exec(line)?.[1])
        .find((found) => found !== undefined)
      return url !== undefined || this.#child.exitCode !== null
    }
    await this.#printed.until(look, 90_000, () => `MLflow does not run:\n${this.#log.join('\n')}`)
    if (url === undefined) throw new Error(`MLflow ended with ${this.#child.exitCode}:\n${this.#log.join('\n')}`)
    this.#url = url
  }

  /** Without a slash at the end. */
  get url(): string {
    return this.#url
  }

  /** A call of MLflow's REST API. @throws when the answer is not 200 */
  async call(method: string, route: string, body: object = {}): Promise<Record<string, unknown>> {
    const where = route.startsWith('/') ? route : `/api/2.0/mlflow/${route}`
    const response = await fetch(this.#url + where, {
      method,
      headers: { 'Content-Type': 'application/json', ...this.#headers },
      body: JSON.stringify(body),
    })
    const text = await response.text()
    assert.equal(response.status, 200, `${method} ${route}: ${text}`)
    return JSON.parse(text)
  }

  /** Tells `url` of all these events from now on. @returns the webhook's id */
  async addWebhook(url: string, events: readonly WebhookEvent[], secret: string): Promise<string> {
    const { webhook } = await this.call('POST', 'webhooks', { name: 'node-red', url, events, secret })
    return (webhook as { webhook_id: string }).webhook_id
  }

  /** MLflow's own test button: it sends its example of the event. */
  async testWebhook(id: string, event: WebhookEvent): Promise<TestResult> {
    const { result } = await this.call('POST', `webhooks/${id}/test`, { event })
    return result as TestResult
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit')
      process.kill(-(this.#child.pid as number), 'SIGTERM')
      await ended
    }
    await rm(this.#folder, { recursive: true, force: true })
  }
}

/** Every kind of event that this MLflow knows, as `entity.action` in its messages. */
export async function mlflowKinds(binary: string): Promise<string[]> {
  const { code, stdout, stderr } = await run(binary, [
    '-c',
    'from typing import get_args; from mlflow.entities.webhook import WebhookEventStr; print("\\n".join(get_args(WebhookEventStr)))',
  ])
  assert.equal(code, 0, stderr)
  return stdout.trim().split('\n')
}

export function asWebhookEvent(kind: string): WebhookEvent {
  const [entity = '', action = ''] = kind.toUpperCase().split('.')
  return { entity, action }
}
