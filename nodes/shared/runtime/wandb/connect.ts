import { WandbClient } from '../../../../lib/sources/wandb/client.js'
import { HttpPost } from '../../../../lib/sources/wandb/http-post.js'
import type { AddressPolicy } from '../../../../lib/webhook/address.js'
import { USER_AGENT } from '../../../../lib/webhook/version.js'

export interface Connection {
  readonly client: WandbClient
  close(): Promise<void>
}

/** A client of a W&B server, with connections of its own. */
export function connectWandb(
  baseUrl: string,
  apiKey: () => string | undefined,
  addressPolicy: AddressPolicy,
): Connection {
  const http = new HttpPost({ addressPolicy })
  const client = new WandbClient({
    baseUrl,
    apiKey,
    post: http.post,
    timeout: (ms) => AbortSignal.timeout(ms),
    now: Date.now,
    userAgent: USER_AGENT,
  })
  return { client, close: () => http.close() }
}
