import type { Node } from 'node-red'
import type { WatchTrigger } from '../../lib/automations/watch-trigger.js'
import type { Secret } from '../../lib/secrets/secret.js'
import type { LiveKind, WatchedSource } from '../../lib/sources/kind.js'
import { sourceKind } from '../../lib/sources/source.js'
import { watchStore } from '../../lib/sources/watch/cursor-store.js'
import type { WatchStatus } from '../../lib/sources/watch/status.js'
import type { Host } from '../runtime/host.js'

/**
 * Watches a registry for all automations of a source, from the moment all of them are there until the node closes.
 * @param apiKey read at each request, so that a key that is entered later is used
 * @param fullScanHours as settings.js has it
 * @throws AutomationError when the settings cannot be used
 */
export function watch(
  host: Host,
  node: Node,
  live: LiveKind,
  settings: WatchedSource & { readonly kind: string },
  apiKey: () => Secret | undefined,
  fullScanHours: unknown,
): void {
  const { addressPolicy, machineProxy } = host
  const registry = live.connect(settings, { apiKey, addressPolicy, machineProxy, fullScanHours })
  const options: Parameters<typeof registry.watch>[0] = {
    source: node.id,
    store: watchStore(host.dispatcher, settings.kind),
    now: Date.now,
    random: Math.random,
    // Node-RED's web server keeps the process alive; a wait for the next poll must not
    timers: {
      set: (call, ms) => setTimeout(call, ms).unref(),
      clear: (timer) => clearTimeout(timer as NodeJS.Timeout),
    },
    onStatus: reporter(host, node, sourceKind(settings.kind)?.title ?? settings.kind),
  }
  // each time it is this one's turn it begins with what is stored
  let watching: ReturnType<typeof registry.watch> | null = null
  let known: string | null = null
  let end: (() => Promise<void>) | null = null
  const begin = () => {
    watching = registry.watch(options)
    watching.setTriggers(host.dispatcher.waitingFor(node.id))
    watching.start()
  }
  const stop = async () => {
    const over = watching
    watching = null
    await over?.stop()
  }
  host.whenStarted(node, () => {
    const triggers = host.dispatcher.waitingFor(node.id)
    // a deploy that changes none of them is no reason to poll at once
    if (known !== keyOf(triggers)) watching?.setTriggers(triggers)
    known = keyOf(triggers)
    end ??= host.watchAlone(node.id, { begin, end: stop })
  })
  node.on('close', (done: () => void) => {
    const stopped = Promise.resolve(end?.())
      .finally(() => registry.close())
      .finally(() => host.closing())
    stopped.catch((error) => node.error(String(error))).finally(done)
  })
}

/** The triggers show every status; the log has the first of each failure, and its end, and what is left out. */
function reporter(host: Host, node: Node, title: string): (status: WatchStatus) => void {
  let failed: string | null = null
  let leftOut = new Set<string>()
  return (status) => {
    for (const { what, why } of status.skipped)
      if (!leftOut.has(what))
        node.warn(`${title} gave no readable answer about ${what}, so it is left out for now: ${why}`)
    leftOut = new Set(status.skipped.map(({ what }) => what))
    const message = status.error?.message ?? null
    if (message !== null && message !== failed) node.error(message)
    if (message === null && failed !== null) node.log(`${title} answers again.`)
    if (status.kind !== 'starting') failed = message
    host.sources.change(node.id, { watch: status })
  }
}

const keyOf = (triggers: readonly WatchTrigger[]): string =>
  JSON.stringify(
    triggers.map(({ trigger: { scope, entity, project, collection, events }, run }) => {
      return [scope, entity, project, collection, [...events], run?.key]
    }),
  )
