import { parseArgs } from 'node:util'
import { AutomationError } from '../../error.js'
import type { ErrorCode } from '../../error-codes.js'
import { judged } from '../../secrets/judge.js'
import { Secret } from '../../secrets/secret.js'
import { INTERVAL } from '../watch/settings.js'
import { type FlowNode, isFlowNode } from './automations/flow-node.js'
import { API_KEY } from './automations/imported-secrets.js'
import { readAutomations } from './automations/read.js'
import type { WandbClient } from './client.js'
import { readDirectory } from './directory.js'
import { importAutomations } from './import-automations.js'
import { checkWandbSettings } from './settings.js'

export interface CommandWorld {
  readonly env: Readonly<Record<string, string | undefined>>
  /** A client of the server at this base URL, and what ends its connections. */
  readonly connect: (baseUrl: string, apiKey: Secret) => { readonly client: WandbClient; close(): Promise<void> }
  readonly newId: () => string
  /** The text of a file. */
  readonly read: (path: string) => string
  readonly out: (text: string) => void
  readonly report: (text: string) => void
}

export const USAGE = `Reads your W&B automations and prints them as a Node-RED flow.

  artifact-automations-import [options] > flow.json

  --base-url <url>   of the W&B API, https://api.wandb.ai by default
  --entity <name>    only automations of this team or organization; may be given several times
  --flows <file>     the flow file that there is already: its source is used, its automations are left out, and none of
                     its secrets is given to what is imported. It is only read; what is new is printed, to be added to it
  --source <id>      of the artifact-source that the triggers use; without it that of the flow file, or one is made
  --help

The API key comes from the environment: WANDB_API_KEY. What could not be carried over is told on standard error.
`

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
        flows: { type: 'string' },
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
    const key = env[API_KEY]
    if (!key) throw new AutomationError('secret_missing', `Put the API key into the environment: ${API_KEY}.`)
    const apiKey = judged(new Secret(key), 'api-key', `The API key in ${API_KEY}`)
    const existing = values.flows === undefined ? [] : readFlow(values.flows, world)
    const request = { baseUrl, apiKey, entities: values.entity ?? [], source: values.source ?? null, existing }
    out(`${JSON.stringify(await flowOf(request, world), null, 2)}\n`)
    return 0
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    report(message.split('\n').map(visible).join('\n'))
    // what parseArgs throws is a TypeError with a code
    const isCall = error instanceof TypeError || (error instanceof AutomationError && CALL.includes(error.code))
    if (isCall) report(`\n${USAGE}`)
    return isCall ? 2 : 1
  }
}

const CALL: readonly ErrorCode[] = ['source_invalid', 'secret_missing', 'secret_invalid', 'flow_invalid']

function readFlow(file: string, { read }: CommandWorld): readonly FlowNode[] {
  let flow: unknown = null
  try {
    flow = JSON.parse(read(file))
  } catch (cause) {
    throw noFlow(file, cause)
  }
  if (!Array.isArray(flow) || !flow.every(isFlowNode)) throw noFlow(file)
  return flow
}

const noFlow = (file: string, cause?: unknown) =>
  new AutomationError('flow_invalid', `${file} is no flow file, or cannot be read.`, { cause })

interface ImportRequest {
  readonly baseUrl: string
  readonly apiKey: Secret
  readonly entities: readonly string[]
  readonly source: string | null
  readonly existing: readonly FlowNode[]
}

async function flowOf(
  { baseUrl, apiKey, entities, source, existing }: ImportRequest,
  world: CommandWorld,
): Promise<object[]> {
  const { connect, newId, report } = world
  const { client, close } = connect(baseUrl, apiKey)
  try {
    const all = await readAutomations(client, await readDirectory(client))
    const wanted = all.filter(
      ({ scope }) =>
        entities.length === 0 || entities.some((name) => [scope.entity, scope.organization].includes(name)),
    )
    const sources = existing.filter(({ type, kind, d }) => type === 'artifact-source' && kind === 'wandb' && d !== true)
    const known = sources.find((node) => (source === null ? node['baseUrl'] === baseUrl : node.id === source))
    const sourceId = source ?? known?.id ?? newId()
    const imported = importAutomations(wanted, { source: sourceId, newId, existing })
    const { flow, report: remarks, secrets, here } = imported
    const say = (text: string) => report(visible(text))
    say(`${wanted.length} of ${all.length} automations.`)
    if (here.length > 0) say(`${here.length} of them are there already, and left out: ${here.join(', ')}`)
    for (const { automation, severity, message } of remarks) say(`${severity}: ${automation}: ${message}`)
    const isMade = source === null && known === undefined
    const keyName = freeName([...existing, ...flow])
    const names = [...secrets, ...(isMade ? [keyName === API_KEY ? keyName : `${keyName} (the API key)`] : [])]
    if (names.length > 0) say(`Secrets to fill in: ${names.join(', ')}`)
    const keyId = newId()
    return isMade ? [...flow, sourceNode(sourceId, keyId, baseUrl), secretNode(keyId, keyName)] : [...flow]
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

const secretNode = (id: string, name: string) => ({ id, type: 'automation-secret', name })

/** Names come from elsewhere, and a terminal obeys what is no letter: control characters are printed as JSON has them. */
const visible = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  )

/** A name for the secret with the API key: one of a team's that has the usual name is for its webhooks. */
function freeName(nodes: readonly FlowNode[]): string {
  const taken = new Set(nodes.filter(({ type }) => type === 'automation-secret').map(({ name }) => name))
  let name = API_KEY
  for (let number = 2; taken.has(name); number += 1) name = `${API_KEY}_${number}`
  return name
}
