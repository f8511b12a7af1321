import type { DeliveryError } from './delivery.js'

/** What keeps an endpoint from answering, in a word or two. */
const IN_SHORT: Readonly<Record<string, string>> = {
  timeout: 'timeout',
  dns: 'name not found',
  tls: 'TLS',
  network: 'no connection',
  interrupted: 'interrupted',
}

/** Why an attempt failed, for a status: `503`, `timeout`, `connection refused`. */
export function inShort({ code, message }: DeliveryError, statusCode?: number | null): string {
  if (code === 'http_status' && statusCode) return statusCode < 300 ? `${statusCode}, not accepted` : String(statusCode)
  if (code === 'network' && message.includes('ECONNREFUSED')) return 'connection refused'
  return IN_SHORT[code] ?? code.replaceAll('_', ' ')
}
