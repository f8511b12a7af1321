import type { SetAside } from '../suspects.js'

/** What an operator reads in the log, once. */
export function asideInWords({ kind, id }: SetAside): string {
  const happened = {
    delivery: `Node-RED ended three times in a row while delivery ${id} was handled. It is set aside among the failed ones; redeliver it to try it again.`,
    event: `Node-RED ended three times in a row while the event ${id} was in the flows. It is set aside; catch up to hand it over again.`,
    output: `Node-RED ended three times in a row while the output of delivery ${id} was in the flows. The delivery is over as the history shows it, and its output is left out.`,
  }
  return happened[kind]
}
