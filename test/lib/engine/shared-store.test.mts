import assert from 'node:assert/strict'
import { Elsewhere } from '../../../dist/lib/engine/elsewhere.js'
import { LaneState } from '../../../dist/lib/engine/lane/state.js'
import { Tenure } from '../../../dist/lib/engine/lane/tenure.js'
import { Lanes } from '../../../dist/lib/engine/lanes.js'
import { Pending } from '../../../dist/lib/engine/pending.js'
import { Watches } from '../../../dist/lib/engine/watches.js'
import type { ClaimRequest } from '../../../dist/lib/store/delivery-queue.js'
import type { Lease } from '../../../dist/lib/store/lease.js'

const NOTHING = Promise.resolve()

describe('an engine whose store has other owners', () => {
  it('claims for the senders of a webhook though nothing was heard of their deliveries', async () => {
    const asked: ClaimRequest[] = []
    const lease: Lease = { thing: 'webhook/hook', fence: 1 }
    const store = (isShared: boolean) => ({
      isShared,
      want: () => lease,
      claim: async (_lease: Lease, request: ClaimRequest) => {
        asked.push(request)
        return { deliveries: [], more: false, nextDue: null }
      },
    })
    const state = (isShared: boolean) =>
      new LaneState('hook', undefined, {
        store: store(isShared),
        clock: { now: () => 1 },
        pending: { sendersOf: () => [] },
        senders: { of: () => ['send'], has: () => true },
        insist: (work: () => Promise<unknown>) => work(),
      } as never)
    await state(true).claim()
    assert.deepEqual([...asked[0]!.senders], ['send'])
    assert.equal(await state(false).claim(), null, 'nobody else stores anything')
    assert.equal(asked.length, 1)
  })

  it('gives a lane back though the store refuses what was in its window', async () => {
    let [given, cut] = [0, 0]
    const tenure = new Tenure({
      kept: { release: () => Promise.reject(new Error('away')), giveBack: async () => given++ },
      window: { clear: () => [] },
      flights: { landedOrCut: async () => cut++ },
      emptied: () => {},
    } as never)
    await assert.rejects(tenure.detach(NOTHING), /away/)
    assert.deepEqual([given, cut], [1, 1])
  })

  it('wakes the lane that a sender sends to, where others may have stored deliveries for it', () => {
    const woken: string[] = []
    const lanes = (isShared: boolean) => {
      const pending = { ofSender: () => [{ webhook: 'old', count: 1 }] }
      const lanes = new Lanes({ store: { isShared }, pending } as never)
      for (const id of ['old', 'hook']) lanes.of(id).wake = () => void woken.push(id)
      return lanes
    }
    lanes(true).wakeFor('send', 'hook')
    lanes(false).wakeFor('send', 'hook')
    assert.deepEqual(woken, ['old', 'hook', 'old'])
  })

  it('waits for every lane when it stops, though the store refuses one', async () => {
    const ended: string[] = []
    const lanes = new Lanes({} as never)
    for (const id of ['a', 'b']) {
      lanes.of(id).detach = async () => {
        if (id === 'a') throw new Error('away')
        await new Promise((resolve) => setImmediate(resolve))
        ended.push(id)
      }
    }
    await lanes.detach(NOTHING)
    assert.deepEqual(ended, ['b'])
  })

  it('knows how many deliveries are pending when it is told anew, and so do the senders', () => {
    const changed: string[] = []
    const pending = new Pending((sender) => changed.push(sender))
    pending.add('hook', 'old', 3)
    const elsewhere = new Elsewhere({ access: { open: true, stopped: false }, pending } as never)
    elsewhere.changed({ kind: 'pending', counts: [{ webhook: 'hook', sender: 'new', count: 2 }] })
    assert.equal(pending.ofWebhook('hook'), 2)
    assert.deepEqual([...new Set(changed)], ['old', 'new'])
  })

  it('cancels once what it is asked to cancel until it is done', async () => {
    const [asked, ends]: [string[], (() => void)[]] = [[], []]
    const cancel = (id: string) => {
      asked.push(id)
      return new Promise<void>((resolve) => ends.push(resolve))
    }
    const access = { open: true, stopped: false, background: () => {} }
    const elsewhere = new Elsewhere({ access, cancel } as never)
    const told = () => elsewhere.changed({ kind: 'cancelled', ids: ['a'] })
    told()
    told()
    assert.deepEqual(asked, ['a'])
    ends[0]!()
    await new Promise((resolve) => setImmediate(resolve))
    told()
    assert.deepEqual(asked, ['a', 'a'])
  })

  it('stops to watch what it cannot keep, and begins again', async () => {
    let lease: Lease | null = { thing: 'source/src', fence: 1 }
    const heard: string[] = []
    const watches = new Watches({ want: () => lease, giveBack: () => NOTHING } as never)
    const end = watches.add('src', { begin: () => heard.push('begin'), end: async () => void heard.push('end') })
    const access = { open: true, stopped: false, failed: () => true }
    const elsewhere = new Elsewhere({ access, watches } as never)
    const rest = () => new Promise((resolve) => setImmediate(resolve))
    await rest()
    lease = null
    elsewhere.changed({ kind: 'failed', error: new Error('away') })
    await rest()
    lease = { thing: 'source/src', fence: 1 }
    elsewhere.changed({ kind: 'lease', thing: 'source/src', lease })
    await rest()
    await end()
    assert.deepEqual(heard, ['begin', 'end', 'begin', 'end'])
  })
})
