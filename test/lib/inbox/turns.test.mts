import assert from 'node:assert/strict'
import { type EventLoop, Turns } from '../../../dist/lib/inbox/turns.js'

/** An event loop in which other work takes `others` milliseconds whenever it has its turn. */
class FakeLoop implements EventLoop {
  at = 0
  others_ = 0
  rested = 0
  log: string[] = []
  now() {
    return this.at
  }
  used() {
    return this.at - this.rested
  }
  async others() {
    this.log.push('others')
    this.at += this.others_
  }
  async sleep(ms: number) {
    this.log.push(`rest ${ms}`)
    this.at += ms
    this.rested += ms
  }
}

describe('long work in short turns', () => {
  let loop: FakeLoop
  let gone: AbortController
  let turns: Turns
  beforeEach(() => {
    loop = new FakeLoop()
    gone = new AbortController()
    turns = new Turns(gone.signal, loop)
  })
  const work = async (ms: number, pieces = 1) => {
    for (let piece = 0; piece < pieces; piece += 1) {
      loop.at += ms
      await turns.next()
    }
  }

  it('goes on while a turn is short, and then lets others have theirs', async () => {
    await work(1, 3)
    assert.deepEqual(loop.log, [])
    await work(1, 6)
    assert.deepEqual(loop.log, ['others', 'others'])
  })

  it('takes every turn where nobody else has work', async () => {
    await work(4, 5)
    assert.deepEqual([...new Set(loop.log)], ['others'])
  })

  it('takes a fifteenth of the time where others are busy', async () => {
    loop.others_ = 3
    await work(4, 10)
    assert.equal(loop.log.filter((entry) => entry.startsWith('rest')).length, 10)
    assert.ok(loop.at >= 10 * 60, `${loop.at} ms for 40 ms of work`)
  })

  it('rests longer after a longer turn, and not for long after one that the whole process slept through', async () => {
    loop.others_ = 3
    await work(10)
    await work(10_000)
    assert.deepEqual(loop.log, ['others', 'rest 140', 'others', 'rest 250'])
  })

  it('takes every turn where another process keeps this one waiting', async () => {
    loop.others = async () => {
      loop.at += 50
      loop.rested += 50
    }
    await work(4, 5)
    assert.deepEqual(loop.log, [])
  })

  it('ends when whoever waited for it is gone, before and while others have their turn', async () => {
    const reason = new Error('gone')
    gone.abort(reason)
    await assert.rejects(turns.next(), reason)
    const later = new AbortController()
    const ending = new Turns(later.signal, loop)
    loop.others = async () => later.abort(reason)
    loop.at += 10
    await assert.rejects(ending.next(), reason)
  })

  it('leaves the event loop free in a real process', async () => {
    const real = new Turns(new AbortController().signal)
    let ticks = 0
    const timer = setInterval(() => {
      ticks += 1
    }, 1)
    // without an end, but for the time of this test, if nobody else gets a turn
    while (ticks < 5) {
      for (let n = 0; n < 1e4; n += 1) Math.sqrt(n)
      await real.next()
    }
    clearInterval(timer)
  })
})
