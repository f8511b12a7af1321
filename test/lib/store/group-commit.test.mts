import assert from 'node:assert/strict'
import { AutomationError } from '../../../dist/lib/error.js'
import { GroupCommit } from '../../../dist/lib/store/sqlite/group-commit.js'

describe('group commit', () => {
  const full = new AutomationError('store_unavailable', 'Full.')
  let steps: string[]
  let commitFails: unknown
  let room: boolean
  let sync: () => Promise<void>
  let syncNow: () => void
  let isLogLong: boolean
  let copyLog: () => Promise<void>

  beforeEach(() => {
    steps = []
    commitFails = null
    room = false
    sync = () => Promise.resolve()
    syncNow = () => {}
    isLogLong = false
    copyLog = () => Promise.resolve()
  })

  /** @param options.pauses keeps to them, or leaves them to the test, instead of calling back at the end of the turn */
  function make({ now, pauses = false }: { now?: () => number; pauses?: boolean | (() => void)[] } = {}) {
    const port = {
      begin: () => void steps.push('begin'),
      commit: () => {
        steps.push('commit')
        if (commitFails !== null) throw commitFails
      },
      rollBack: () => void steps.push('rollback'),
      sync: () => sync(),
      syncNow: () => {
        steps.push('sync now')
        syncNow()
      },
      isLogLong: () => isLogLong,
      copyLog: () => {
        steps.push('copy')
        isLogLong = false
        return copyLog()
      },
      failure: (error: unknown) => (error === 'disk' ? full : null),
      makeRoom: () => {
        if (room) commitFails = null
        return room
      },
      later: (call: () => void, pause: number) => {
        if (pause === 0 || pauses === false) setImmediate(call)
        else if (pauses === true) setTimeout(call, pause)
        else pauses.push(call)
      },
    }
    return new GroupCommit(port, now)
  }
  const work = (name: string) => () => {
    steps.push(name)
    return name
  }

  it('commits what comes in one turn in one transaction, and answers only then', async () => {
    const commit = make()
    const answers = Promise.all([commit.write(work('a')), commit.write(work('b'))])
    assert.deepEqual(steps, [])
    assert.deepEqual(await answers, ['a', 'b'])
    assert.deepEqual(steps, ['begin', 'a', 'b', 'commit'])
  })

  it('lets a write that can wait go along with the next usual one, not with one whose answer is waited for', async () => {
    const commit = make({ pauses: true })
    const result = commit.write(work('result'), { when: 'with others' })
    await commit.write(work('event'), { when: 'at once' })
    assert.deepEqual(steps, ['begin', 'event', 'commit'])
    await Promise.all([commit.write(work('delivery')), result])
    assert.deepEqual(steps.slice(3), ['begin', 'delivery', 'result', 'commit'])
  })

  it('lets a write that can wait go alone when nothing comes, and with the rest at the end', async () => {
    const commit = make({ pauses: true })
    assert.equal(await commit.write(work('a'), { when: 'with others' }), 'a')
    const last = commit.write(work('b'), { when: 'with others' })
    commit.flush()
    assert.equal(await last, 'b')
    assert.deepEqual(steps, ['begin', 'a', 'commit', 'begin', 'b', 'commit', 'sync now'])
  })

  it('lets a write that can wait have its whole time, though one before it had not needed its own', async () => {
    const pauses: (() => void)[] = []
    const commit = make({ now: () => 0, pauses })
    const first = commit.write(work('result 1'), { when: 'with others' })
    await Promise.all([commit.write(work('delivery')), first])
    const second = commit.write(work('result 2'), { when: 'with others' })
    const [ofFirst, ofSecond] = pauses
    ofFirst!()
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
    assert.deepEqual(steps, ['begin', 'delivery', 'result 1', 'commit'])
    ofSecond!()
    await second
    assert.deepEqual(steps.slice(4), ['begin', 'result 2', 'commit'])
  })

  it('keeps no write waiting in a burst, where commits are shared as it is', async () => {
    const commit = make({ pauses: true })
    await Promise.all([commit.write(work('a')), commit.write(work('b')), commit.write(work('c'))])
    const result = commit.write(work('result'), { when: 'with others' })
    await Promise.all([commit.write(work('event'), { when: 'at once' }), result])
    assert.deepEqual(steps.slice(5), ['begin', 'result', 'event', 'commit'])
  })

  it('leaves the rest for the next turn when a transaction takes long', async () => {
    let time = 0
    const commit = make({ now: () => time })
    const slow = (name: string) => () => {
      time += 3
      steps.push(name)
    }
    await Promise.all([commit.write(slow('a')), commit.write(slow('b')), commit.write(slow('c'))])
    assert.deepEqual(steps, ['begin', 'a', 'b', 'commit', 'begin', 'c', 'commit'])
  })

  it('rests after a commit ten times as long as commits take, 50 ms at most, and not for one hiccup', async () => {
    let time = 0
    const took = [30, 1, 30, 20, 1]
    const pauses: number[] = []
    const port = {
      begin: () => {},
      commit: () => {
        time += took.shift() ?? 0
      },
      rollBack: () => {},
      sync: () => Promise.resolve(),
      syncNow: () => {},
      isLogLong: () => false,
      copyLog: () => Promise.resolve(),
      failure: () => null,
      makeRoom: () => false,
      later: (call: () => void, pause: number) => {
        pauses.push(pause)
        setImmediate(call)
      },
    }
    const commit = new GroupCommit(port, () => time)
    for (let i = 0; i < 6; i++) await commit.write(() => {})
    assert.deepEqual(pauses, [0, 0, 10, 10, 50, 10])
  })

  it('does not keep a write waiting that comes after the rest', async () => {
    let time = 0
    const pauses: number[] = []
    const port = {
      begin: () => {},
      commit: () => {
        time += 2
      },
      rollBack: () => {},
      sync: () => Promise.resolve(),
      syncNow: () => {},
      isLogLong: () => false,
      copyLog: () => Promise.resolve(),
      failure: () => null,
      makeRoom: () => false,
      later: (call: () => void, pause: number) => {
        pauses.push(pause)
        setImmediate(call)
      },
    }
    const commit = new GroupCommit(port, () => time)
    for (let i = 0; i < 2; i++) await commit.write(() => {})
    time += 5
    await commit.write(() => {})
    time += 25
    await commit.write(() => {})
    assert.deepEqual(pauses, [0, 0, 15, 0])
  })

  it('rests the longer, the more there was to write', async () => {
    let time = 0
    const pauses: number[] = []
    const port = {
      begin: () => {},
      commit: () => {
        time += 1
      },
      rollBack: () => {},
      sync: () => Promise.resolve(),
      syncNow: () => {},
      isLogLong: () => false,
      copyLog: () => Promise.resolve(),
      failure: () => null,
      makeRoom: () => false,
      later: (call: () => void, pause: number) => {
        pauses.push(pause)
        setImmediate(call)
      },
    }
    const commit = new GroupCommit(port, () => time)
    const group = (size: number) => Promise.all(Array.from({ length: size }, () => commit.write(() => {})))
    for (const size of [1, 5, 16, 40, 1]) await group(size)
    assert.deepEqual(pauses, [0, 0, 10, 32, 50])
  })

  it('does not keep a whole group waiting for the end of the rest', async () => {
    let time = 0
    let commits = 0
    const rests: (() => void)[] = []
    const port = {
      begin: () => {},
      commit: () => {
        commits += 1
        time += 2
      },
      rollBack: () => {},
      sync: () => Promise.resolve(),
      syncNow: () => {},
      isLogLong: () => false,
      copyLog: () => Promise.resolve(),
      failure: () => null,
      makeRoom: () => false,
      later: (call: () => void, pause: number) => {
        if (pause > 0) rests.push(call)
        else setImmediate(call)
      },
    }
    const commit = new GroupCommit(port, () => time)
    for (let i = 0; i < 2; i++) await commit.write(() => {})
    const writes = Array.from({ length: 127 }, () => commit.write(() => {}))
    await new Promise(setImmediate)
    assert.equal(commits, 2)
    writes.push(commit.write(() => {}))
    await Promise.all(writes)
    assert.equal(commits, 3)
    const late = commit.write(() => {})
    for (const rest of rests) rest()
    await late
    assert.equal(commits, 4)
  })

  it('lets work that throws fail alone', async () => {
    const commit = make()
    const mistake = new Error('mistake')
    const [a, b, c] = await Promise.allSettled([
      commit.write(work('a')),
      commit.write(() => {
        throw mistake
      }),
      commit.write(work('c')),
    ])
    assert.deepEqual([a.status, b.status === 'rejected' && b.reason, c.status], ['fulfilled', mistake, 'fulfilled'])
  })

  it('rejects everything in the words of the store when it cannot be committed', async () => {
    const commit = make()
    commitFails = 'disk'
    const results = await Promise.allSettled([commit.write(work('a')), commit.write(work('b'))])
    assert.deepEqual(
      results.map((result) => result.status === 'rejected' && result.reason),
      [full, full],
    )
    assert.ok(steps.includes('rollback'))
  })

  it('tries only what must happen again when room was made', async () => {
    const commit = make()
    commitFails = 'disk'
    room = true
    const results = await Promise.allSettled([
      commit.write(work('a')),
      commit.write(work('must'), { mustHappen: true }),
    ])
    assert.deepEqual(
      results.map(({ status }) => status),
      ['rejected', 'fulfilled'],
    )
  })

  it('calls what is for after the commit once, and not for work that was undone', async () => {
    const commit = make()
    const called: string[] = []
    const noting = (name: string) => () => commit.afterCommit(() => called.push(name))
    const fails = commit.write(() => {
      commit.afterCommit(() => called.push('undone'))
      throw new Error('mistake')
    })
    await Promise.all([commit.write(noting('a')), assert.rejects(fails), commit.write(noting('b'))])
    assert.deepEqual(called, ['a', 'b'])
  })

  /** A disk that takes as long as the test wants: each call ends one wait. */
  function slowDisk(): ((error?: unknown) => void)[] {
    const waits: ((error?: unknown) => void)[] = []
    sync = () =>
      new Promise((resolve, reject) => {
        steps.push('sync')
        waits.push((error) => (error === undefined ? resolve() : reject(error)))
      })
    return waits
  }
  const turn = () => new Promise(setImmediate)
  const turns = async () => {
    for (let i = 0; i < 4; i++) await turn()
  }

  it('answers when what was committed is on the disk, and what comes meanwhile shares the next wait', async () => {
    const waits = slowDisk()
    const commit = make()
    const answered: string[] = []
    const write = (name: string) => void commit.write(work(name)).then((value) => answered.push(value))
    write('a')
    await turns()
    write('b')
    write('c')
    await turns()
    assert.deepEqual(steps, ['begin', 'a', 'commit', 'sync'])
    assert.deepEqual(answered, [])
    waits[0]?.()
    await turns()
    assert.deepEqual(steps, ['begin', 'a', 'commit', 'sync', 'begin', 'b', 'c', 'commit', 'sync'])
    assert.deepEqual(answered, ['a'])
    waits[1]?.()
    await turns()
    assert.deepEqual(answered, ['a', 'b', 'c'])
  })

  it('commits a whole group while the disk is waited for', async () => {
    const waits = slowDisk()
    const commit = make()
    const first = commit.write(work('a'))
    await turns()
    const group = Promise.all(Array.from({ length: 128 }, () => commit.write(() => {})))
    await turns()
    assert.deepEqual(steps, ['begin', 'a', 'commit', 'sync', 'begin', 'commit'])
    waits[0]?.()
    await first
    await turns()
    waits[1]?.()
    await group
  })

  it('rejects what the disk did not take, in the words of the store, and all that comes after it', async () => {
    const waits = slowDisk()
    const commit = make()
    const lost = assert.rejects(commit.write(work('a')), full)
    await turns()
    const group = Array.from({ length: 128 }, () =>
      assert.rejects(
        commit.write(() => {}),
        full,
      ),
    )
    await turns()
    waits[0]?.('disk')
    await lost
    await Promise.all(group)
    await assert.rejects(commit.write(work('b')), full)
    assert.equal(waits.length, 1)
  })

  it('rejects what it cannot wait for at once', async () => {
    const commit = make()
    syncNow = () => {
      throw 'disk'
    }
    const lost = assert.rejects(commit.write(work('a')), full)
    assert.throws(() => commit.flush())
    await lost
  })

  it('tells when everything that is committed by now is on the disk', async () => {
    const waits = slowDisk()
    const commit = make()
    await commit.settled()
    void commit.write(work('a'))
    await turns()
    let settled = false
    const all = commit.settled().then(() => {
      settled = true
    })
    waits[0]?.()
    await turns()
    waits[1]?.()
    await all
    assert.equal(settled, true)
    assert.equal(waits.length, 2)
  })

  it('commits at once when asked, and waits for the disk', async () => {
    slowDisk()
    const commit = make()
    const first = commit.write(work('a'))
    await turns()
    const second = commit.write(work('b'))
    commit.flush()
    assert.deepEqual(steps, ['begin', 'a', 'commit', 'sync', 'begin', 'b', 'commit', 'sync now'])
    assert.deepEqual(await Promise.all([first, second]), ['a', 'b'])
  })
  describe('when the log is long', () => {
    /** Ends of copies, which the test decides. */
    let copies: ((error?: unknown) => void)[]
    beforeEach(() => {
      copies = []
      isLogLong = true
      copyLog = () => new Promise((resolve, reject) => copies.push((error) => (error ? reject(error) : resolve())))
    })

    it('copies it once all that was committed is on the disk, and commits nothing meanwhile', async () => {
      const waits = slowDisk()
      const commit = make()
      const first = commit.write(work('a'))
      await turns()
      const group = Promise.all(Array.from({ length: 128 }, () => commit.write(() => {})))
      await turns()
      assert.deepEqual(steps, ['begin', 'a', 'commit', 'sync'], 'not even a whole group')
      waits[0]?.()
      await first
      await turns()
      assert.deepEqual(steps.slice(4), ['copy'])
      copies[0]?.()
      await turns()
      assert.deepEqual(steps.slice(5), ['begin', 'commit', 'sync'])
      waits[1]?.()
      await group
    })

    it('copies it after the last of several waits, where something was committed all the same', async () => {
      const waits = slowDisk()
      const commit = make()
      const first = commit.write(work('a'))
      await turns()
      const second = commit.write(work('b'))
      commit.flush()
      await Promise.all([first, second])
      waits[0]?.()
      await turns()
      waits[1]?.()
      await turns()
      assert.deepEqual(steps.slice(3), ['sync', 'begin', 'b', 'commit', 'sync now', 'copy'])
    })

    it('commits at once when asked, also while it is copied, and goes on afterwards', async () => {
      const commit = make()
      await commit.write(work('a'))
      await turns()
      const second = commit.write(work('b'))
      await turns()
      assert.deepEqual(steps, ['begin', 'a', 'commit', 'copy'])
      commit.flush()
      assert.deepEqual(steps.slice(4), ['begin', 'b', 'commit', 'sync now'])
      await second
      copies[0]?.()
      await turns()
      assert.equal(await commit.write(work('c')), 'c')
    })

    it('rejects all that comes after a copy that the disk did not take', async () => {
      const commit = make()
      await commit.write(work('a'))
      await turns()
      const waiting = commit.write(work('b'))
      copies[0]?.('disk')
      await assert.rejects(waiting, full)
      await assert.rejects(commit.write(work('c')), full)
      assert.equal(copies.length, 1)
    })
  })
})
