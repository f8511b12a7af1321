import type { IncomingMessage } from 'node:http'
import type { NodeAPI } from 'node-red'
import { asksForConsent } from '../../lib/sources/http/handshake.js'
import { settingsJs } from './deployed.js'
import { type ExpressApp, layersOf, type Middleware } from './web-server.js'

/** How a request came that goes by another method for a while, and how far it does. */
const CAME_AS = Symbol('came as')
const UP_TO = Symbol('up to')
type Disguised = IncomingMessage & { [CAME_AS]?: string; [UP_TO]?: 'httpNode' | 'source' }

/**
 * An `OPTIONS` to a source goes as a post through what operators put before it, and not to those who answer for others:
 * Node-RED 4.1 answers every one for the editor, also where no operator asked it to by `httpAdminCors`, and would tell
 * browsers of any site that they may post to a source. It is what it was from httpNode on; one that asks for the consent
 * to send CloudEvents, which `httpNodeCors` would answer, only when the source has it.
 */
export function goesAsPost(RED: NodeAPI, request: Disguised): void {
  if (request.method !== 'OPTIONS') return
  const { httpAdminCors } = settingsJs<{ httpAdminCors: object }>(RED)
  const asks = asksForConsent(request)
  if (!asks && (httpAdminCors || !editorAnswers(RED))) return
  request[UP_TO] = asks ? 'source' : 'httpNode'
  request[CAME_AS] = request.method
  request.method = 'POST'
}

export function isWhatItWas(request: Disguised): void {
  request.method = request[CAME_AS] ?? request.method
}

/** Whether the `cors` package stands in an application of the editor: its handlers have this name. */
function editorAnswers({ httpAdmin }: NodeAPI): boolean {
  for (let app = httpAdmin as unknown as ExpressApp | undefined; app; app = app.parent) {
    if (layersOf(app).some(({ name }) => name === 'corsMiddleware')) return true
  }
  return false
}

/** To stand first in httpNode. */
export const asItCame: Middleware = (request: Disguised, _response, next) => {
  if (request[UP_TO] === 'httpNode') isWhatItWas(request)
  next()
}
