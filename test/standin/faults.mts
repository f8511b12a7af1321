import type { ServerResponse } from 'node:http'

/** What the server does instead of answering, or to the answer it has. */
export type Fault =
  | {
      readonly kind: 'status'
      readonly status: number
      readonly headers?: Readonly<Record<string, string>>
      readonly body?: string
    }
  /** 200 with a page for people, as a proxy's login does. */
  | { readonly kind: 'html' }
  /** The right answer, cut off in the middle, with the length of what was sent. */
  | { readonly kind: 'truncated' }
  /** The right length in the header, and the connection ended in the middle. */
  | { readonly kind: 'cut' }
  /** A byte now and then, until the client goes. */
  | { readonly kind: 'slow'; readonly everyMs: number }
  /** Never a byte. */
  | { readonly kind: 'silent' }
  /** The connection is reset at once. */
  | { readonly kind: 'reset' }
  /** The right data with errors beside it. */
  | { readonly kind: 'partial'; readonly message: string }
  /** So many bytes of JSON string. */
  | { readonly kind: 'large'; readonly bytes: number }
  /** The right answer with these headers as well. */
  | { readonly kind: 'headers'; readonly headers: Readonly<Record<string, string>> }

/** Faults for the next requests, in order; the last one stays when `stays` says so. */
export class Faults {
  #queue: Fault[] = []
  #stays: Fault | null = null

  next(...faults: Fault[]): void {
    this.#queue.push(...faults)
  }

  always(fault: Fault | null): void {
    this.#stays = fault
  }

  take(): Fault | null {
    return this.#queue.shift() ?? this.#stays
  }
}

/** Answers by a fault; `answer` is what would have been said. */
export async function answerFaultily(
  fault: Fault,
  response: ServerResponse,
  answer: () => Promise<object>,
): Promise<void> {
  const json = { 'content-type': 'application/json' }
  switch (fault.kind) {
    case 'status':
      response.writeHead(fault.status, { ...json, ...fault.headers })
      response.end(fault.body ?? JSON.stringify({ errors: [{ message: `stand-in says ${fault.status}` }] }))
      return
    case 'html':
      response.writeHead(200, { 'content-type': 'text/html' })
      response.end(
        '<!doctype html><html><title>Log in</title><body><script>alert(1)</script>Please log in</body></html>',
      )
      return
    case 'truncated': {
      const text = JSON.stringify(await answer())
      response.writeHead(200, json)
      response.end(text.slice(0, text.length >> 1))
      return
    }
    case 'cut': {
      const text = JSON.stringify(await answer())
      response.writeHead(200, { ...json, 'content-length': Buffer.byteLength(text) })
      response.write(text.slice(0, text.length >> 1), () => response.destroy())
      return
    }
    case 'slow': {
      response.writeHead(200, json)
      const timer = setInterval(() => response.write(' '), fault.everyMs)
      response.on('close', () => clearInterval(timer))
      return
    }
    case 'silent':
      return
    case 'reset':
      response.socket?.resetAndDestroy()
      return
    case 'partial': {
      response.writeHead(200, json)
      response.end(JSON.stringify({ ...(await answer()), errors: [{ message: fault.message, path: ['project'] }] }))
      return
    }
    case 'large':
      response.writeHead(200, json)
      pour(response, fault.bytes)
      return
    case 'headers':
      response.writeHead(200, { ...json, ...fault.headers })
      response.end(JSON.stringify(await answer()))
      return
  }
}

/** Writes `{"data":"xxx…"}` as fast as the reader takes it. */
function pour(response: ServerResponse, bytes: number): void {
  const chunk = Buffer.alloc(1 << 20, 'x')
  let left = bytes
  response.write('{"data":"')
  const more = () => {
    while (left > 0 && !response.destroyed) {
      left -= chunk.length
      if (!response.write(chunk)) {
        response.once('drain', more)
        return
      }
    }
    response.end('"}')
  }
  more()
}
