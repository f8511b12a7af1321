import type { IncomingMessage } from 'node:http'
import type { NodeAPI } from 'node-red'

/** Node.js 22.21 and 24.9 and newer let a server say whose wish for another protocol it hears. */
interface Upgrading {
  shouldUpgradeCallback?(request: IncomingMessage): boolean
}

/**
 * Java's HTTP client offers with each post to go on in HTTP/2 (`Upgrade: h2c`), and so does `curl --http2`. Who does not want
 * to passes over that (RFC 9110, section 7.8); but since Node-RED has web sockets, Node.js hands such a request to those, where
 * nobody answers it.
 * @param isOurs whether it is for a source
 */
export function passOverUpgrades(RED: NodeAPI, isOurs: (request: IncomingMessage) => boolean): void {
  const server = RED.server as Upgrading | undefined
  const before = server?.shouldUpgradeCallback
  if (!server || typeof before !== 'function') return
  server.shouldUpgradeCallback = (request) => !isOurs(request) && before.call(server, request)
}
