import type { NodeAPI } from 'node-red'
import { AutomationError } from '../../../lib/error.js'
import type { LiveKind, Registry, WatchedSource } from '../../../lib/sources/kind.js'
import { liveKind } from '../../../lib/sources/live.js'
import { type SourceKind, sourceKind } from '../../../lib/sources/source.js'
import { INTERVAL } from '../../../lib/sources/watch/settings.js'
import { deployedNodes, withEnvironment } from '../deployed.js'
import { text } from '../flow-graph.js'
import type { Host } from '../host.js'
import { secretIn } from '../secrets.js'
import { optionalForm } from './input.js'
import { type AdminRequest, type AdminRouter, optionalText } from './router.js'
import { typedSecrets } from './typed-secrets.js'

/**
 * What the dialog of a watched source asks: looking around, and bringing automations over. Both work with the form as it
 * stands, saved or not, and with a key that is deployed or that the call brings.
 */
export function mountWatchedSource(router: AdminRouter, RED: NodeAPI, host: Host): void {
  router.get('/sources/:id/explore', (request) =>
    asking(RED, host, request, (registry) => look(registry, host, request, request.query)),
  )
  router.post('/sources/:id/explore', (request) =>
    asking(RED, host, request, (registry) => look(registry, host, request, request.body)),
  )
  router.post('/sources/:id/automations', (request) =>
    asking(RED, host, request, (registry, { title }) => {
      if (!registry.importAutomations) {
        throw new AutomationError('request_invalid', `${title} has no automations that could be brought over.`)
      }
      const { existing } = request.body
      const options = {
        source: request.params['id'] ?? '',
        newId: () => RED.util.generateId(),
        existing: [...(Array.isArray(existing) ? existing : []), ...deployedSecrets(RED)],
      }
      return registry.importAutomations(options, request.signal)
    }),
  )
}

/** Their names are taken, whether whoever asks knows them or not. */
const deployedSecrets = (RED: NodeAPI) =>
  [...deployedNodes(RED).values()].filter(({ type }) => type === 'automation-secret')

/** What the key sees, with what could not be read now and by the last poll, and what the server was seen to lack. */
async function look(
  registry: Registry,
  host: Host,
  { params, signal }: AdminRequest,
  asked: Readonly<Record<string, unknown>>,
) {
  const entity = optionalText(asked['entity'], 'entity') ?? ''
  const project = optionalText(asked['project'], 'project') ?? ''
  const seen = await registry.explore({ entity, project }, signal)
  const { watch } = host.sources.of(params['id'] ?? '')
  const skipped = new Map([...seen.skipped, ...(watch?.skipped ?? [])].map((each) => [each.what, each]))
  const lacks = new Map([...(seen.lacks ?? []), ...(watch?.lacks ?? [])].map((each) => [each.name, each]))
  return { ...seen, skipped: [...skipped.values()], lacks: [...lacks.values()] }
}

async function asking(
  RED: NodeAPI,
  host: Host,
  { params, body }: AdminRequest,
  work: (registry: Registry, kind: SourceKind) => Promise<unknown>,
) {
  const id = params['id'] ?? ''
  const settings = withEnvironment(RED, id, settingsOf(RED, id, body['form']))
  const { kind, live } = watchedKind(settings.kind)
  const key = typedSecrets(body['secrets']).get(settings.apiKey)?.secret ?? secretIn(RED, settings.apiKey)
  if (key === undefined && kind.secretOf({ ...settings, auth: 'none' }) !== null) throw NO_KEY
  const { addressPolicy, machineProxy } = host
  const registry = live.connect(settings, { apiKey: () => key, addressPolicy, machineProxy })
  try {
    return { status: 200, json: await work(registry, kind) }
  } finally {
    await registry.close()
  }
}

/** @throws AutomationError for a source that cannot be asked */
function watchedKind(name: string): { kind: SourceKind; live: LiveKind } {
  const kind = sourceKind(name)
  const live = liveKind(name)
  if (kind && live) return { kind, live }
  throw new AutomationError('request_invalid', 'This source is told its events, and asks nobody.')
}

/** The saved properties, overlaid with what the dialog holds at the moment. The interval does not matter. */
function settingsOf(RED: NodeAPI, id: string, given: unknown): WatchedSource & { kind: string } {
  const deployed = deployedNodes(RED).get(id)
  const known = deployed?.type === 'artifact-source' ? deployed : null
  const form = optionalForm(given)
  if (!known && form === undefined) {
    throw new AutomationError('not_found', 'No artifact-source with this id is deployed, and the call carries no form.')
  }
  const both = { ...known, ...form } as Record<string, unknown>
  const saved = (name: string) => text(both[name])
  return {
    kind: saved('kind') || 'wandb',
    baseUrl: saved('baseUrl') || 'https://api.wandb.ai',
    apiKey: saved('apiKey'),
    interval: String(INTERVAL.usual),
    entity: saved('entity'),
    project: saved('project'),
  }
}

const NO_KEY = new AutomationError(
  'secret_missing',
  'There is no API key to ask with. Choose a secret that holds it.',
  { statusText: 'API key missing' },
)
