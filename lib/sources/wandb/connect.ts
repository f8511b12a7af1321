import type { Secret } from '../../secrets/secret.js'
import type { AddressPolicy } from '../../webhook/address.js'
import type { FindProxy } from '../../webhook/proxy-environment.js'
import { USER_AGENT } from '../../webhook/version.js'
import { RegistryHttp } from '../watch/http.js'
import { WandbClient } from './client.js'

export interface Connection {
  readonly client: WandbClient
  close(): Promise<void>
}

/** A client of a W&B server, with connections of its own. */
export function connectWandb(
  baseUrl: string,
  apiKey: () => Secret | undefined,
  addressPolicy: AddressPolicy,
  machineProxy: FindProxy,
): Connection {
  const http = new RegistryHttp({ addressPolicy, machineProxy })
  const client = new WandbClient({
    baseUrl,
    apiKey,
    otherSecrets: [machineProxy(new URL(baseUrl))?.password ?? ''],
    post: (url, headers, body, options) => http.send('POST', url, headers, body, options),
    timeout: (ms) => AbortSignal.timeout(ms),
    now: Date.now,
    userAgent: USER_AGENT,
  })
  return { client, close: () => http.close() }
}
