import type { Exploration, LiveKind, Registry } from '../kind.js'
import { checkFullScan } from '../watch/settings.js'
import { isFlowNode } from './automations/flow-node.js'
import { readAutomations } from './automations/read.js'
import { connectWandb } from './connect.js'
import { readDirectory } from './directory.js'
import { explore } from './explore.js'
import { importAutomations } from './import-automations.js'
import { lackingOf } from './offers.js'
import { WandbPoller } from './poller.js'
import { appUrlOf } from './runs/report.js'
import { checkWandbSettings } from './settings.js'

/** W&B: collections and runs, looked at through its GraphQL interface. */
export const live: LiveKind = {
  connect(settings, { apiKey, addressPolicy, machineProxy, fullScanHours }): Registry {
    const fullScanEvery = checkFullScan(fullScanHours)
    const { baseUrl, interval } = checkWandbSettings(settings)
    const { client, close } = connectWandb(baseUrl, apiKey, addressPolicy, machineProxy)
    return {
      watch(options) {
        return new WandbPoller({
          ...options,
          client,
          appUrl: appUrlOf(baseUrl),
          interval,
          fullScanEvery,
          onEvents() {},
        })
      },
      async explore(place, signal): Promise<Exploration> {
        const seen = await explore(client, place, signal)
        return { ...seen, lacks: lackingOf(client.knowledge.learned.lacks) }
      },
      async importAutomations({ source, newId, existing }, signal) {
        const automations = await readAutomations(client, await readDirectory(client, { signal }), signal)
        return importAutomations(automations, { source, newId, existing: existing.filter(isFlowNode) })
      },
      close,
    }
  },
}
