import { Twins } from '../../lib/sources/twins.js'
import type { Host } from '../runtime/host.js'

const known = new WeakMap<Host, Twins>()

/** Registries of this Node-RED that are watched, and tell as well. */
export function twinsOf(host: Host): Twins {
  const log = async () => (await host.stores.engine(host.embeddedPath())).history
  const twins = known.get(host) ?? new Twins(() => host.dispatcher, log)
  known.set(host, twins)
  return twins
}
