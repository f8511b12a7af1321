import type { Node } from 'node-red'
import type { WatchTrigger } from '../../lib/automations/watch-trigger.js'
import type { Secret } from '../../lib/secrets/secret.js'
import { connectWandb } from '../../lib/sources/wandb/connect.js'
import { WandbPoller } from '../../lib/sources/wandb/poller.js'
import { appUrlOf } from '../../lib/sources/wandb/runs/report.js'
import { checkFullScan, checkWandbSettings, type WandbSourceSettings } from '../../lib/sources/wandb/settings.js'
import type { WatchStatus } from '../../lib/sources/wandb/watch-status.js'
import { watchStore } from '../../lib/sources/watch-store.js'
import type { Host } from '../runtime/host.js'

/**
 * Watches a W&B server for all automations of a source, from the moment all of them are there until the node closes.
 * @param apiKey read at each request, so that a key that is entered later is used
 * @param fullScanHours as settings.js has it
 * @throws AutomationError when the settings cannot be used
 */
export function watchWandb(
  host: Host,
  node: Node,
  settings: WandbSourceSettings,
  apiKey: () => Secret | undefined,
  fullScanHours: unknown,
): void {
  const { baseUrl, interval } = checkWandbSettings(settings)
  const fullScanEvery = checkFullScan(fullScanHours)
  const { client, close } = connectWandb(baseUrl, apiKey, host.addressPolicy, host.machineProxy)
  const poller = new WandbPoller({
    source: node.id,
    client,
    store: watchStore(host.dispatcher),
    appUrl: appUrlOf(baseUrl),
    interval,
    fullScanEvery,
    now: Date.now,
    random: Math.random,
    // Node-RED's web server keeps the process alive; a wait for the next poll must not
    timers: {
      set: (call, ms) => setTimeout(call, ms).unref(),
      clear: (timer) => clearTimeout(timer as NodeJS.Timeout),
    },
    onEvents: () => {},
    onStatus: reporter(host, node),
  })
  let known: string | null = null
  host.whenStarted(node, () => {
    const triggers = host.dispatcher.waitingFor(node.id)
    // a deploy that changes none of them is no reason to poll at once
    if (known !== keyOf(triggers)) poller.setTriggers(triggers)
    known = keyOf(triggers)
    poller.start()
  })
  node.on('close', (done: () => void) => {
    const stopped = poller.stop().then(close)
    stopped.catch((error) => node.error(String(error))).finally(done)
  })
}

/** The triggers show every status; the log has the first of each failure, and its end, and what is left out. */
function reporter(host: Host, node: Node): (status: WatchStatus) => void {
  let failed: string | null = null
  let leftOut = new Set<string>()
  return (status) => {
    for (const { what, why } of status.skipped)
      if (!leftOut.has(what)) node.warn(`W&B gave no readable answer about ${what}, so it is left out for now: ${why}`)
    leftOut = new Set(status.skipped.map(({ what }) => what))
    const message = status.error?.message ?? null
    if (message !== null && message !== failed) node.error(message)
    if (message === null && failed !== null) node.log('W&B answers again.')
    if (status.kind !== 'starting') failed = message
    host.sources.change(node.id, { watch: status })
  }
}

const keyOf = (triggers: readonly WatchTrigger[]): string =>
  JSON.stringify(
    triggers.map(({ trigger, run }) => [trigger.scope, trigger.entity, trigger.project, [...trigger.events], run?.key]),
  )
