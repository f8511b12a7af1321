import { request } from 'node:http'
import type { Post } from '../../../../dist/lib/sources/wandb/client.js'

/** A `Post` over node:http, as whoever uses the watch has to bring one. */
export const httpPost: Post = (url, headers, body, { signal, maxBytes }) =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers, signal, agent: false }, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      response.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > maxBytes) {
          reject(Object.assign(new Error('too large'), { code: 'source_answer_too_large' }))
          sent.destroy()
        } else chunks.push(chunk)
      })
      response.on('error', reject)
      response.on('end', () => {
        const answered = Object.entries(response.headers).map(([name, value]) => [
          name,
          Array.isArray(value) ? value.join(', ') : value,
        ])
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(answered),
          text: Buffer.concat(chunks).toString(),
        })
      })
    })
    sent.on('error', reject)
    sent.end(body)
  })
