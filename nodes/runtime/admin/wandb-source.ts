import type { NodeAPI } from 'node-red'
import { AutomationError } from '../../../lib/error.js'
import { isObject } from '../../../lib/json.js'
import { isFlowNode } from '../../../lib/sources/wandb/automations/flow-node.js'
import { readAutomations } from '../../../lib/sources/wandb/automations/read.js'
import type { WandbClient } from '../../../lib/sources/wandb/client.js'
import { connectWandb } from '../../../lib/sources/wandb/connect.js'
import { readDirectory } from '../../../lib/sources/wandb/directory.js'
import { explore } from '../../../lib/sources/wandb/explore.js'
import { importAutomations } from '../../../lib/sources/wandb/import-automations.js'
import { TERMS } from '../../../lib/sources/wandb/offers.js'
import { checkWandbSettings, INTERVAL } from '../../../lib/sources/wandb/settings.js'
import { deployedNodes, withEnvironment } from '../deployed.js'
import { text } from '../flow-graph.js'
import type { Host } from '../host.js'
import { secretIn } from '../secrets.js'
import { type AdminRequest, type AdminRouter, optionalText } from './router.js'

/**
 * What the dialog of a source of kind `wandb` asks: looking around, and bringing automations over. Both work with the
 * form as it stands, saved or not, and with deployed secrets only.
 */
export function mountWandbSource(router: AdminRouter, RED: NodeAPI, host: Host): void {
  router.get('/sources/:id/explore', (request) =>
    asking(RED, host, request, (client) => look(client, host, request, request.query)),
  )
  router.post('/sources/:id/explore', (request) =>
    asking(RED, host, request, (client) => look(client, host, request, request.body)),
  )
  router.post('/sources/:id/automations', (request) =>
    asking(RED, host, request, async (client) => {
      const { signal } = request
      const automations = await readAutomations(client, await readDirectory(client, { signal }), signal)
      const source = request.params['id'] ?? ''
      const { existing } = request.body
      return importAutomations(automations, {
        source,
        newId: () => RED.util.generateId(),
        existing: [...(Array.isArray(existing) ? existing.filter(isFlowNode) : []), ...deployedSecrets(RED)],
      })
    }),
  )
}

/** Their names are taken, whether whoever asks knows them or not. */
const deployedSecrets = (RED: NodeAPI) =>
  [...deployedNodes(RED).values()].filter(({ type }) => type === 'automation-secret')

/** What the key sees, with what could not be read now and by the last poll, and what the server was seen to lack. */
async function look(
  client: WandbClient,
  host: Host,
  { params, signal }: AdminRequest,
  asked: Readonly<Record<string, unknown>>,
) {
  const entity = optionalText(asked['entity'], 'entity') ?? ''
  const project = optionalText(asked['project'], 'project') ?? ''
  const seen = await explore(client, { entity, project }, signal)
  const { watch } = host.sources.of(params['id'] ?? '')
  const skipped = new Map([...seen.skipped, ...(watch?.skipped ?? [])].map((each) => [each.what, each]))
  const lacks = new Set([...client.knowledge.learned.lacks, ...(watch?.lacks ?? [])])
  return {
    ...seen,
    skipped: [...skipped.values()],
    lacks: [...lacks].map((offer) => ({ name: offer, without: TERMS[offer].without })),
  }
}

async function asking(
  RED: NodeAPI,
  host: Host,
  { params, body }: AdminRequest,
  work: (client: WandbClient) => Promise<unknown>,
) {
  const id = params['id'] ?? ''
  const settings = withEnvironment(RED, id, settingsOf(RED, id, body['form']))
  const { baseUrl } = checkWandbSettings({ baseUrl: settings.baseUrl, interval: String(INTERVAL.usual) })
  const key = secretIn(RED, settings.apiKey)
  if (key === undefined) throw NO_KEY
  const { client, close } = connectWandb(baseUrl, () => key, host.addressPolicy, host.machineProxy)
  try {
    return { status: 200, json: await work(client) }
  } finally {
    await close()
  }
}

/** The saved properties, overlaid with what the dialog holds at the moment. */
function settingsOf(RED: NodeAPI, id: string, form: unknown): { baseUrl: string; apiKey: string } {
  const deployed = deployedNodes(RED).get(id)
  const known = deployed?.type === 'artifact-source' ? deployed : null
  if (!known && !isObject(form)) {
    throw new AutomationError('not_found', 'No artifact-source with this id is deployed, and the call carries no form.')
  }
  const { baseUrl, apiKey } = { ...known, ...(isObject(form) ? form : {}) } as Record<string, unknown>
  return { baseUrl: text(baseUrl) || 'https://api.wandb.ai', apiKey: text(apiKey) }
}

const NO_KEY = new AutomationError(
  'secret_missing',
  'There is no API key to ask with. Choose a secret that holds it; a secret that is new has to be deployed first.',
  { statusText: 'API key missing' },
)
