import type { Answer } from '../answer.js'

/** One run as a page shows it. */
export interface RunSighting {
  /** The run's short id. */
  readonly name: string
  readonly displayName: string
  /** `running`, `finished`, `failed`, `crashed`, `killed`, `pending`, `preempted`… */
  readonly state: string
  readonly user: string
  /** Unix milliseconds. */
  readonly createdAt: number
  readonly heartbeatAt: number
  /** How many rows were logged. */
  readonly lines: number
}

export function readRun(node: Answer): RunSighting {
  const name = node.at('name').text()
  const createdAt = node.at('createdAt').time()
  return {
    name,
    displayName: node.at('displayName').maybe((text) => text.text()) ?? name,
    state: node.at('state').maybe((state) => state.text()) ?? '',
    user: node.at('user').maybe((user) => user.at('username').maybe((username) => username.text())) ?? '',
    createdAt,
    heartbeatAt: node.at('heartbeatAt').maybe((time) => time.time()) ?? createdAt,
    lines: node.at('historyLineCount').maybe((count) => count.number()) ?? 0,
  }
}

/** States in which a run still goes on, or is to go on. */
export const isActive = (state: string): boolean =>
  ['running', 'pending', 'preempting', 'preempted', 'queued'].includes(state.toLowerCase())
