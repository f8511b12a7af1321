import { createSecureContext, type SecureContext } from 'node:tls'
import { invalid } from './invalid.js'

/** What Node-RED's `tls-config` node gives (`addTLSOptions({})`), in Node.js's words. */
export interface TlsSettings {
  readonly ca?: string | Buffer
  readonly cert?: string | Buffer
  readonly key?: string | Buffer
  readonly pfx?: Buffer
  readonly passphrase?: string
  /** The name that the certificate must have, when it is not the URL's. */
  readonly servername?: string
  readonly rejectUnauthorized?: boolean
  readonly ALPNProtocols?: readonly string[]
}

/** Certificates read, keys unlocked: what is left can only fail at the other side. */
export interface Tls {
  readonly secureContext: SecureContext
  readonly rejectUnauthorized: boolean
  readonly servername?: string
}

/** @throws AutomationError `webhook_invalid` when a certificate or key cannot be used */
export function compileTls(settings: TlsSettings): Tls {
  const { ca, cert, key, pfx, passphrase, servername, rejectUnauthorized = true, ALPNProtocols = [] } = settings
  if (ALPNProtocols.some((protocol) => protocol !== 'http/1.1')) {
    throw invalid(
      `The TLS configuration asks for the ALPN protocol ${ALPNProtocols.join(', ')}, but webhooks are sent by HTTP/1.1. Leave that field empty.`,
      'TLS: ALPN protocol',
    )
  }
  try {
    const secureContext = createSecureContext({
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      ...(pfx && { pfx }),
      ...(passphrase && { passphrase }),
    })
    return { secureContext, rejectUnauthorized, ...(servername && { servername }) }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable'
    throw invalid(
      `A certificate or key of the TLS configuration cannot be used (${code}). Check that key and certificate belong together, are in PEM format, and that the passphrase is right.`,
      'TLS configuration unusable',
      error,
    )
  }
}
