// The far ends as anybody would write them, with Node.js' own server and undici's client: what `npm run bench -- outside`
// measures with. They take more of the two cores than those of wire.mjs, and leave less to what is measured.
import { createServer } from 'node:http'
import { Client } from 'undici'

/** As Poster of wire.mjs: one connection that posts one body after the other. */
export class UsualPoster {
  #client
  #request

  constructor(url, headers) {
    const { origin, pathname } = new URL(url)
    this.#client = new Client(origin)
    this.#request = { method: 'POST', path: pathname, headers }
  }

  /** @returns the status, or null when there was no answer */
  async post(body) {
    try {
      const { statusCode, body: answer } = await this.#client.request({ ...this.#request, body })
      await answer.dump()
      return statusCode
    } catch {
      return null
    }
  }

  close() {
    this.#client.destroy()
  }
}

/**
 * @param take gets the path, the query and the body of each request, and returns {body, type?, delay?}, or null to close
 *   the connection without an answer
 */
export function usualServer(take) {
  return createServer((request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const answer = take(request.url, Buffer.concat(chunks).toString())
      if (answer === null) return request.socket.destroy()
      const { body, type = 'text/plain', delay = 0 } = answer
      const send = () => response.setHeader('Content-Type', type).end(body)
      if (delay > 0) setTimeout(send, delay)
      else send()
    })
  })
}
