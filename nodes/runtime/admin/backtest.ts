import type { NodeAPI } from 'node-red'
import type { Automation } from '../../../lib/automations/automation.js'
import { AutomationError } from '../../../lib/error.js'
import { type BacktestAnswer, backtest } from '../../../lib/inbox/backtest.js'
import { Turns } from '../../../lib/inbox/turns.js'
import { Automations } from '../automations.js'
import type { Host } from '../host.js'
import { optionalNodes, optionalTime, requiredText, wholeNumber } from './input.js'
import { unknown } from './refusals.js'
import { type AdminRouter, optionalText } from './router.js'

const USUAL_RESULTS = 100
const MOST_RESULTS = 1_000

/** What an automation would have done with past events. Nothing is stored or sent. */
export function mountBacktest(router: AdminRouter, RED: NodeAPI, host: Host): void {
  router.post(
    '/automations/backtest',
    async ({ body, signal }) => {
      const id = requiredText(body['automation'], 'automation')
      const nodes = optionalNodes(body['nodes'])
      const since = optionalTime(body['since'], 'since')
      const until = optionalTime(body['until'], 'until')
      const before = optionalText(body['before'], 'before')
      const limit = wholeNumber(body['limit'], 'limit', USUAL_RESULTS, MOST_RESULTS)
      const automation = (nodes ? new Automations(RED, host, nodes) : host.automations).of(id)
      if (!automation) {
        const where = nodes ? 'Among the nodes is no artifact-event' : 'No artifact-event'
        throw unknown('automation', `${where} with the id ${id}${nodes ? '' : ' is deployed'}.`)
      }
      const { problem } = automation
      if (problem)
        throw new AutomationError(problem.code, problem.message, { details: problem.details, cause: problem })
      const engine = await host.stores.engine(host.embeddedPath())
      const answer = await backtest(
        {
          automation,
          limit,
          ...(since !== undefined && { since }),
          ...(until !== undefined && { until }),
          ...(before !== undefined && { before }),
        },
        {
          events: (filter, page) => engine.history.events(filter, page),
          deliveries: async (automation, eventId) =>
            (await host.stores.seen(automation, eventId)).map(({ id, status }) => ({ id, status })),
          turns: new Turns(signal),
        },
      )
      const unread = (await host.stores.all()).flatMap(({ problem }) =>
        problem === null ? [] : `A store cannot be read, so what it holds is not known: ${problem.message}`,
      )
      return { status: 200, json: { ...answer, note: [...notes(automation, answer, nodes !== undefined), ...unread] } }
    },
    { reads: true, takes: ['automation', 'nodes', 'since', 'until', 'limit', 'before'] },
  )
}

/** What somebody who reads the answer should know, each a sentence. */
function* notes(automation: Automation, answer: BacktestAnswer, isUnsaved: boolean): Generator<string> {
  if (automation.isDisabled) yield 'The automation is disabled; it was judged as if it were enabled.'
  if (isUnsaved) yield 'The automation was judged as the editor holds it, which is not in force until it is deployed.'
  if (answer.looked_at === 0) yield 'No event of its source is stored for this time.'
  if (!automation.hasSender) yield 'No webhook-sender stands behind the automation, so it never makes a delivery.'
  const errors = answer.results.flatMap(({ payloads }) => payloads.map(({ error }) => error?.code))
  if (errors.includes('payload_unknown')) {
    yield 'Some payloads are not known, because a node of another kind stands before the sender: each result says which. They count as missed when there is no delivery.'
  }
  if (errors.some((code) => code !== undefined && code !== 'payload_unknown')) {
    yield 'Some payloads would not be sent: each result says why. They do not count as missed.'
  }
}
