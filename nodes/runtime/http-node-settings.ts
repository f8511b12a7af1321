import type { IncomingMessage, ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import path from 'node:path'
import type { NodeAPI } from 'node-red'
import { settingsJs } from './deployed.js'
import type { Middleware } from './web-server.js'

interface HttpNodeSettings {
  readonly httpNodeMiddleware?: unknown
  readonly httpNodeCors?: object
  readonly coreNodesDir?: string
}

/**
 * What operators put before every endpoint of their flows, as Node-RED's own `http in` runs it (21-httpin.js, the same in
 * 4.1 and 5): cookies are read, then comes `httpNodeMiddleware`, then `httpNodeCors`.
 */
export function beforeEndpoints(RED: NodeAPI): Middleware[] {
  const settings = settingsJs<HttpNodeSettings>(RED)
  const own = [settings.httpNodeMiddleware ?? []].flat().filter((handler) => typeof handler === 'function')
  const cookies = own.length > 0 ? ofCore<() => Middleware>(settings, 'cookie-parser')?.() : undefined
  const cors =
    settings.httpNodeCors && ofCore<(options: object) => Middleware>(settings, 'cors')?.(settings.httpNodeCors)
  return [...(cookies ? [cookies] : []), ...(own as Middleware[]), ...(cors ? [cors] : [])]
}

/** A package that Node-RED's own nodes use; undefined where there are none of them. */
function ofCore<Package>({ coreNodesDir }: HttpNodeSettings, name: string): Package | undefined {
  if (!coreNodesDir) return undefined
  try {
    return createRequire(path.join(coreNodesDir, 'package.json'))(name) as Package
  } catch {
    return undefined
  }
}

/** Each hands on to the next. */
export function runInTurn(
  [handler, ...rest]: readonly Middleware[],
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
): void {
  handler?.(request, response, (error) => {
    if (error !== undefined) next(error)
    else runInTurn(rest, request, response, next)
  })
}
