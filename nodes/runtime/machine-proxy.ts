import type { NodeAPI } from 'node-red'
import { type FindProxy, type ProxyOptions, proxyOfEnvironment } from '../../lib/webhook/proxy-environment.js'
import { settingsJs } from './deployed.js'

/** The proxy of this machine's environment, read as Node-RED's own `http request` node reads it. */
export function machineProxy(RED: NodeAPI): FindProxy {
  const { proxyOptions } = settingsJs<{ proxyOptions: ProxyOptions }>(RED)
  return (url) => proxyOfEnvironment(url, process.env, proxyOptions ?? {})
}
