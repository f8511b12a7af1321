import { parseArgs } from 'node:util'
import { AutomationError } from '../../error.js'
import { readAutomations } from './automations/read.js'
import type { WandbClient } from './client.js'
import { readDirectory } from './directory.js'
import { importAutomations } from './import-automations.js'
import { checkWandbSettings, INTERVAL } from './settings.js'

export interface CommandWorld {
  readonly env: Readonly<Record<string, string | undefined>>
  /** A client of the server at this base URL, and what ends its connections. */
  readonly connect: (baseUrl: string, apiKey: string) => { readonly client: WandbClient; close(): Promise<void> }
  readonly newId: () => string
  readonly out: (text: string) => void
  readonly report: (text: string) => void
}

export const USAGE = `Reads your W&B automations and prints them as a Node-RED flow.

  artifact-automations-import [options] > flow.json

  --base-url <url>   of the W&B API, https://api.wandb.ai by default
  --entity <name>    only automations of this team or organization; may be given several times
  --source <id>      of the artifact-source that the triggers use; without it one is made
  --help

The API key comes from the environment: WANDB_API_KEY. What could not be carried over is told on standard error.
`

const API_KEY = 'WANDB_API_KEY'

/** Runs the command; gives its exit status: 0, 1 when W&B could not be read, 2 when the call is wrong. */
export async function importCommand(argv: readonly string[], world: CommandWorld): Promise<0 | 1 | 2> {
  const { env, out, report } = world
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        'base-url': { type: 'string' },
        entity: { type: 'string', multiple: true },
        source: { type: 'string' },
        help: { type: 'boolean' },
      },
    })
    if (values.help) {
      out(USAGE)
      return 0
    }
    const { baseUrl } = checkWandbSettings({
      baseUrl: values['base-url'] ?? env['WANDB_BASE_URL'] ?? 'https://api.wandb.ai',
      interval: String(INTERVAL.usual),
    })
    const apiKey = env[API_KEY]
    if (!apiKey) throw new AutomationError('secret_missing', `Put the API key into the environment: ${API_KEY}.`)
    const wish = { baseUrl, apiKey, entities: values.entity ?? [], source: values.source ?? null }
    out(`${JSON.stringify(await flowOf(wish, world), null, 2)}\n`)
    return 0
  } catch (error) {
    report(error instanceof Error ? error.message : String(error))
    // what parseArgs throws is a TypeError with a code
    const isCall = error instanceof TypeError || (error instanceof AutomationError && CALL.includes(error.code))
    if (isCall) report(`\n${USAGE}`)
    return isCall ? 2 : 1
  }
}

const CALL = ['source_invalid', 'secret_missing']

interface Wish {
  readonly baseUrl: string
  readonly apiKey: string
  readonly entities: readonly string[]
  readonly source: string | null
}

async function flowOf({ baseUrl, apiKey, entities, source }: Wish, world: CommandWorld): Promise<object[]> {
  const { connect, newId, report } = world
  const { client, close } = connect(baseUrl, apiKey)
  try {
    const all = await readAutomations(client, await readDirectory(client))
    const wanted = all.filter(
      ({ scope }) =>
        entities.length === 0 || entities.some((name) => [scope.entity, scope.organization].includes(name)),
    )
    const sourceId = source ?? newId()
    const { flow, report: remarks, secrets } = importAutomations(wanted, { source: sourceId, newId })
    report(`${wanted.length} of ${all.length} automations.`)
    for (const { automation, severity, message } of remarks) report(`${severity}: ${automation}: ${message}`)
    const keyId = newId()
    const made = source === null ? [sourceNode(sourceId, keyId, baseUrl), secretNode(keyId)] : []
    const names = [...secrets, ...(made.length > 0 ? [API_KEY] : [])]
    if (names.length > 0) report(`Secrets to fill in: ${names.join(', ')}`)
    return [...flow, ...made]
  } finally {
    await close()
  }
}

const sourceNode = (id: string, apiKey: string, baseUrl: string) => ({
  id,
  type: 'artifact-source',
  name: 'W&B',
  kind: 'wandb',
  baseUrl,
  apiKey,
  interval: String(INTERVAL.usual),
})

const secretNode = (id: string) => ({ id, type: 'automation-secret', name: API_KEY })
