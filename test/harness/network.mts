import { connect, createServer, type Server, type Socket } from 'node:net'

/** A way to a server that can be cut: as when a cable is pulled (nothing comes through, nobody is told), or with a reset. */
export class Network {
  readonly #sockets = new Set<Socket>()
  readonly #server: Server
  #silent = false

  private constructor(port: number) {
    this.#server = createServer((near) => {
      const far = connect(port, '127.0.0.1')
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from)
        from.on('data', (bytes) => {
          if (!this.#silent) to.write(bytes)
        })
        from.on('error', () => to.destroy())
        from.on('close', () => {
          this.#sockets.delete(from)
          if (!this.#silent) to.destroy()
        })
      }
    })
  }

  static async to(port: number): Promise<Network> {
    const network = new Network(port)
    await new Promise<void>((resolve) => network.#server.listen(0, '127.0.0.1', resolve))
    return network
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port
  }

  /** Nothing comes through any more, in both directions, and no connection ends. */
  pullCable(): void {
    this.#silent = true
  }

  /** What was on its way is lost: old connections are reset. */
  plugIn(): void {
    this.#silent = false
    this.reset()
  }

  reset(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async end(): Promise<void> {
    this.#silent = false
    this.reset()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
