import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { Waiters } from './wait.mts'

const root = path.resolve(import.meta.dirname, '../../..')

/** A port of the loopback address that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** One `npm start`, as typed in a terminal. */
export class Started {
  readonly #child: ChildProcess
  readonly #closed: Promise<unknown>
  readonly lines: string[] = []
  readonly #printed = new Waiters()

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    this.#child = spawn('npm', ['start', '--', ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      // a group of its own, as a terminal gives it
      detached: true,
      env: { ...process.env, ...env },
    })
    // npm may end before what it started: until then that holds the other ends of these
    this.#closed = once(this.#child, 'close')
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (!stream) continue
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line)
        this.#printed.check()
      })
    }
  }

  async line(pattern: RegExp): Promise<string> {
    const find = () => this.lines.find((line) => pattern.test(line))
    await this.#printed.until(
      () => find() !== undefined,
      60_000,
      () => `npm start printed no ${pattern}:\n${this.lines.join('\n')}`,
    )
    return find() ?? ''
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit')
      // Ctrl-C reaches everything that the terminal started; a supervisor knows npm alone
      if (signal === 'SIGINT') process.kill(-Number(this.#child.pid), signal)
      else this.#child.kill(signal)
      await ended
    }
    await this.#closed
  }
}
