import type { Host } from '../host.js'

/** What stands in the flows is looked up once a deploy: with a thousand automations that takes longer than all the rest. */
export function onceADeploy<T>(host: Host, lookUp: () => T): () => T {
  let known: { readonly deploy: object; readonly found: T } | null = null
  return () => {
    const deploy = host.automations
    if (known?.deploy !== deploy) known = { deploy, found: lookUp() }
    return known.found
  }
}
