import { parseArgs } from 'node:util'
import type { Automation } from '../../lib/automations/automation.js'
import { AutomationError } from '../../lib/error.js'
import { printable } from '../../lib/printable.js'
import { type EventEntry, readEvents } from './event-file.js'
import { automationsOf } from './flow-file.js'
import { backtestReport, explainReport, type Judged, type Report } from './report.js'
import type { CommandWorld } from './world.js'

export type { CommandWorld } from './world.js'

export const USAGE = `Says what the automations of a flow file do with events, without running Node-RED. Nothing is sent.

  artifact-automations explain  --flows <file> --event <file> [options]
  artifact-automations backtest --flows <file> --event <file> [options]
  artifact-automations database --help     prepares the PostgreSQL of several Node-RED

  explain            of each event: which automations it starts, which not, and on which condition each fails
  backtest           of each automation: which events start it, and what it would send

  --flows <file>     a flow file of Node-RED, such as flows.json
  --event <file>     an event, an array of events, or an answer of GET events, as JSON; - is standard input
  --automation <x>   only the automation with this id or name; may be given several times
  --source <id>      only automations of this artifact-source
  --expect fires     exits with 1 unless every event starts at least one of these automations
  --expect silent    exits with 1 unless no event starts any of them
  --json             prints JSON
  --help

A property that is wholly \${NAME} is that variable of its group, subflow or flow, or of the environment. Exits with 2 when the call or a file is wrong.
`

const VERBS: Readonly<Record<string, (judged: Judged) => Report>> = { explain: explainReport, backtest: backtestReport }
const EXPECTATIONS = ['fires', 'silent']

/** Runs the command. @returns its exit status: 0, 1 when an expectation does not hold, 2 when the call is wrong */
export function runCommand(argv: readonly string[], world: CommandWorld): 0 | 1 | 2 {
  try {
    const { values, positionals } = parsed(argv)
    if (values.help) {
      print(world.out, USAGE.trimEnd().split('\n'))
      return 0
    }
    const [verb, ...more] = positionals
    const report = VERBS[verb ?? '']
    if (!report || more.length > 0) throw usage(`Say what to do: ${Object.keys(VERBS).join(' or ')}.`)
    const { expect, flows, event } = values
    if (flows === undefined) throw usage('Name the flow file: --flows flows.json')
    if (event === undefined) throw usage('Name a file with an event: --event event.json')
    if (expect !== undefined && !EXPECTATIONS.includes(expect)) throw usage('--expect is fires or silent.')
    const automations = chosen(automationsOf(flows, world), values)
    const judged = { automations, events: readEvents(event, world) }
    const { lines, json } = report(judged)
    print(world.out, values.json ? JSON.stringify(json, null, 2).split('\n') : lines)
    return expect === undefined ? 0 : compared(expect, judged, world)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    // what parseArgs throws is a TypeError with a code
    const isCall = error instanceof TypeError || error instanceof UsageError
    if (!isCall && !(error instanceof AutomationError)) throw error
    print(world.report, error.message.split('\n'))
    if (error instanceof AutomationError) {
      for (const { path, message } of error.details) print(world.report, [`  ${path}: ${message}`])
    }
    if (isCall) print(world.report, ['', ...USAGE.trimEnd().split('\n')])
    return 2
  }
}

class UsageError extends Error {}
const usage = (message: string) => new UsageError(message)

const parsed = (argv: readonly string[]) =>
  parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      flows: { type: 'string' },
      event: { type: 'string' },
      automation: { type: 'string', multiple: true },
      source: { type: 'string' },
      expect: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })

/** A terminal obeys what stands in a line: nothing of an event or a flow gets there as it is. */
function print(out: CommandWorld['out'], lines: readonly string[]): void {
  for (const line of lines) out(printable(line))
}

interface Choice {
  readonly automation?: readonly string[]
  readonly source?: string
}

function chosen(all: readonly Automation[], { automation: wanted, source }: Choice): Automation[] {
  const missing = wanted?.find((name) => !all.some((one) => [one.id, one.name].includes(name)))
  if (missing !== undefined) throw notThere(`The flow file has no automation ${missing}.`)
  if (source !== undefined && !all.some((one) => one.source === source)) {
    throw notThere(`The flow file has no automation of the source ${source}.`)
  }
  return all.filter(
    ({ id, name, source: own }) =>
      (wanted === undefined || wanted.includes(id) || wanted.includes(name)) &&
      (source === undefined || own === source),
  )
}

const notThere = (message: string) => new AutomationError('not_found', message)

function compared(expect: string, { automations, events }: Judged, { report }: CommandWorld): 0 | 1 {
  const wrong = events.filter((entry) => startsAny(automations, entry) !== (expect === 'fires'))
  if (wrong.length === 0) return 0
  const ids = wrong.map(({ event }) => event.event_id).join(', ')
  print(report, [
    expect === 'fires'
      ? `Expected that every event starts an automation; these start none: ${ids}`
      : `Expected that no event starts an automation; these do: ${ids}`,
  ])
  return 1
}

const startsAny = (automations: readonly Automation[], { event, source }: EventEntry) =>
  automations.some((one) => (source === null || one.source === source) && one.explain(event).fires)
