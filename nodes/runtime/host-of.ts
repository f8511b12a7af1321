import type { NodeAPI } from 'node-red'
import { mountAdmin } from './admin/mount.js'
import { Host } from './host.js'

const administered = new WeakSet<object>()

const hosts = new WeakMap<object, Host>()

/** The host of this Node-RED; its event bus is what every node set shares. */
export function hostOf(RED: NodeAPI): Host {
  let host = hosts.get(RED.events)
  if (!host) {
    host = new Host(RED)
    hosts.set(RED.events, host)
  }
  host.join(RED)
  if (!administered.has(RED.httpAdmin)) {
    administered.add(RED.httpAdmin)
    mountAdmin(RED, host)
  }
  return host
}

/** Closes every store of this process; they open again when something is stored. For tests, which delete the files. */
export function closeStores(RED: { events: object }): void {
  const host = hosts.get(RED.events)
  host?.stores.closeNow()
  host?.dispatcher.forget()
}
