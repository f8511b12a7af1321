import { Waiters } from '../e2e/harness/wait.mts'
import { acme } from '../standin/samples.mts'
import { type Standin, startStandin } from '../standin/server.mts'
import { secret, secretId, source } from './automation.mts'
import type { FlowNode } from './harness.mts'

/** The sample company behind a stand-in for W&B, for a source that is the node `source`. */
export interface Company extends ReturnType<typeof acme> {
  readonly standin: Standin
  /** The source and the secret that holds its key; its credentials are `credentials`. */
  readonly nodes: FlowNode[]
  readonly credentials: Record<string, object>
  /** Resolves when so many further polls have begun: what there was before is stored. */
  polls(count?: number): Promise<void>
  close(): Promise<void>
}

export async function company(more: object = {}): Promise<Company> {
  const people = acme()
  const standin = await startStandin({ world: people.world, schema: { guessed: true } })
  const happened = new Waiters()
  let polls = 0
  standin.before = ({ operation }) => {
    if (operation === 'WatchPoll') polls += 1
    // after the answer to this one
    setImmediate(() => happened.check())
  }
  return {
    ...people,
    standin,
    nodes: [wandbSource(standin.url, more), secret('WANDB_API_KEY')],
    credentials: { [secretId('WANDB_API_KEY')]: { value: people.ada.keys[0] } },
    polls(count = 1) {
      const until = polls + count
      return happened.until(
        () => polls >= until,
        15_000,
        () =>
          `${polls} of ${until} polls; the last requests: ${standin.requests.slice(-5).map((each) => each.operation)}`,
      )
    },
    close: () => standin.close(),
  }
}

export const wandbSource = (baseUrl: string, more: object = {}): FlowNode =>
  source({ kind: 'wandb', baseUrl, apiKey: secretId('WANDB_API_KEY'), interval: '1', ...more })
