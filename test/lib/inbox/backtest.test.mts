import assert from 'node:assert/strict'
import { type BacktestPorts, backtest } from '../../../dist/lib/inbox/backtest.js'
import { Turns } from '../../../dist/lib/inbox/turns.js'
import type { KnownEvent } from '../../../dist/lib/store/event-log.js'
import { event, sender, source, template, trigger } from '../../nodes/automation.mts'
import { automationOf } from '../automations/flows.mts'

describe('a backtest', () => {
  const flow = (text: string) => [source(), trigger(), template(text), sender({ wires: [[], []] })]
  const known = (seq: number, more: object = {}): KnownEvent => ({
    seq,
    source: 'source',
    received_at: '2026-11-24T12:00:00.000Z',
    event: {
      event_time: '2026-11-24T12:00:00Z',
      ...event({ event_id: `e${seq}`, ...more }),
    } as unknown as KnownEvent['event'],
  })

  /** A log of `count` events, newest first, read by two. */
  function ports(count: number, signal: AbortSignal, more: (seq: number) => object = () => ({})) {
    const read = { pages: 0 }
    const of: BacktestPorts = {
      async events(_, { before = String(count + 1) }) {
        read.pages += 1
        const seqs = [Number(before) - 1, Number(before) - 2].filter((seq) => seq > 0)
        return {
          events: seqs.map((seq) => known(seq, more(seq))),
          next: (seqs.at(-1) ?? 0) > 1 ? String(seqs.at(-1)) : null,
        }
      },
      deliveries: async () => [],
      turns: new Turns(signal),
    }
    return { of, read }
  }

  it('ends in the middle when whoever asked has gone away', async () => {
    const gone = new AbortController()
    const { of, read } = ports(1_000, gone.signal, (seq) => {
      if (seq === 900) gone.abort(new Error('gone'))
      return {}
    })
    await assert.rejects(backtest({ automation: automationOf(flow('{}')), limit: 10 }, of), /gone/)
    assert.ok(read.pages <= 52, `${read.pages} pages were read`)
  })

  it('gives a page no more than its bytes, and goes on behind it', async () => {
    const automation = automationOf(flow('{"note": "${event.note}"}'))
    const { of } = ports(30, new AbortController().signal, () => ({ note: 'x'.repeat(900_000) }))
    const seen: string[] = []
    for (let before: string | null | undefined; before !== null; ) {
      const { results, next } = await backtest({ automation, limit: 100, ...(before !== undefined && { before }) }, of)
      assert.ok(results.length >= 1 && results.length <= 10)
      seen.push(...results.map(({ event_id }) => event_id))
      before = next
    }
    assert.deepEqual(
      seen,
      Array.from({ length: 30 }, (_, index) => `e${30 - index}`),
    )
  })
})
