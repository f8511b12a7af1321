import { type ChildProcess, fork } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { MappingInput, MappingOutcome } from './evaluate.js'

/** What a process is started with. */
export interface EvaluatorData {
  /** File of Node-RED's `@node-red/util`, which has the engine. */
  readonly engine: string
  readonly mostCharacters: number
}

/** What stands in its command line. */
export interface EvaluatorStart extends EvaluatorData {
  /** Without that process it ends. */
  readonly nodeRed: number
}

export interface EvaluatorJob {
  readonly expression: string
  readonly input: MappingInput
}

/** Why it is gone without having been told to go: what it was at filled its memory, or something else went wrong. */
export type LostReason = 'memory' | 'process'

export interface EvaluatorEvents {
  ready(): void
  outcome(outcome: MappingOutcome): void
  lost(reason: LostReason): void
}

/** V8 ends a process that has no memory left so, everywhere (exit code of an abort on Windows); a system without memory by SIGKILL. */
const ABORTED = 134

/**
 * The other process, in which mappings are evaluated. A thread could not be it: V8 ends the whole process when one
 * allocation alone is more than a thread may have left.
 */
export class EvaluatorProcess {
  readonly #child: ChildProcess
  readonly #events: EvaluatorEvents
  #exit: LostReason | null = null
  #isOver = false

  /** @param memory MiB that all of its mappings may hold at once */
  constructor(data: EvaluatorData, memory: number, events: EvaluatorEvents) {
    this.#events = events
    const start: EvaluatorStart = { ...data, nodeRed: process.pid }
    this.#child = fork(path.join(__dirname, 'worker.js'), [JSON.stringify(start)], {
      // flags of Node-RED's process, such as those of a debugger, are not meant for it
      execArgv: [`--max-old-space-size=${memory}`, '--max-semi-space-size=8'],
      env: withoutNodeOptions(process.env),
      // a text may hold what JSON has no sign for
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      windowsHide: true,
    } as Parameters<typeof fork>[2])
    this.#child.on('message', (message: 'ready' | MappingOutcome) => {
      if (this.#isOver) return
      if (message === 'ready') events.ready()
      else events.outcome(message)
    })
    this.#child.on('error', () => this.#lost('process'))
    this.#child.on('exit', (code, signal) => {
      const isMemory = code === ABORTED || signal === 'SIGABRT' || signal === 'SIGKILL'
      this.#exit = isMemory ? 'memory' : 'process'
      if (!this.#child.connected) this.#lost(this.#exit)
    })
    // what it answered before it went is read first
    this.#child.on('disconnect', () => {
      if (this.#exit) this.#lost(this.#exit)
    })
    this.#child.unref()
    this.#child.channel?.unref()
  }

  give(job: EvaluatorJob): void {
    // what cannot be given to it any more is told by its end
    if (this.#child.connected) this.#child.send(job, () => {})
  }

  /** Ends it; nothing is told any more. */
  end(): void {
    this.#isOver = true
    this.#child.kill('SIGKILL')
  }

  /** Milliseconds of a processor that it used; null where that is not told. */
  async used(): Promise<number | null> {
    try {
      const stat = await readFile(`/proc/${this.#child.pid}/stat`, 'utf8')
      // the name, in brackets, may hold spaces; then utime and stime are the 12th and 13th (proc_pid_stat(5)), in 1/100 s
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      return (Number(fields[11]) + Number(fields[12])) * 10
    } catch {
      return null
    }
  }

  #lost(reason: LostReason): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#events.lost(reason)
  }
}

function withoutNodeOptions({ NODE_OPTIONS: _flags, ...rest }: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return rest
}
