import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { laneOf } from '../../../dist/lib/store/lease.js'
import { Connection } from '../../../dist/lib/store/sqlite/connection.js'
import { FAILURES } from '../../../dist/lib/store/sqlite/errors.js'
import { APPLICATION_ID, MIGRATIONS } from '../../../dist/lib/store/sqlite/schema.js'
import { SqliteStore, type SqliteStoreOptions } from '../../../dist/lib/store/sqlite/store.js'
import { versionProblem } from '../../../dist/lib/store/sqlite/version.js'
import type { SweepCursor } from '../../../dist/lib/store/store.js'
import { copyAsKilled } from './killed.mts'
import { delivered, end, event, NOON, record, start } from './make.mts'

/** Until the disk takes no more. */
function fill(file: string): void {
  for (let size = 64 * 1024; size >= 1024; ) {
    try {
      appendFileSync(file, Buffer.alloc(size))
    } catch {
      size /= 2
    }
  }
}

describe('the SQLite store, when something is wrong with its file', () => {
  let dir: string
  let path: string
  const opened: SqliteStore[] = []

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'artifact-faults-'))
    path = join(dir, 'deep', 'store.db')
  })
  afterEach(() => {
    for (const store of opened.splice(0)) store.closeNow(end())
    rmSync(dir, { recursive: true, force: true })
  })

  function make(options: Partial<SqliteStoreOptions> = {}) {
    const store = new SqliteStore({ path, ballastBytes: 4096, ...options })
    opened.push(store)
    return store
  }
  const put = async (store: SqliteStore, id: string, bytes = 0) => {
    const long = event(id, { note: 'x'.repeat(bytes) })
    const stored = await store.putEvents([{ source: 'src', event: long, receivedAt: NOON, routed: true }])
    return stored.map(({ duplicate }) => duplicate)
  }
  const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

  it('makes the directory and the file', async () => {
    await make().open(start())
    assert.ok(existsSync(path))
  })

  it('#15 #16 lets no second owner in, says so, and lets it in when the first one is gone', async () => {
    const first = make()
    await first.open(start())
    const second = make()
    await assert.rejects(second.open(start()), (error: Error & { code: string; retryable: boolean }) => {
      assert.match(error.message, /in use by another process/)
      return error.code === 'store_unavailable' && error.retryable
    })
    assert.deepEqual(await put(first, 'a'), [false])
    await first.close(end())
    await second.open(start())
    assert.deepEqual(await put(second, 'a'), [true])
  })

  it('#16 lets no second process in either', async () => {
    await make().open(start())
    const script = `
      const { DatabaseSync } = require('node:sqlite')
      try { new DatabaseSync(${JSON.stringify(path)}).prepare('SELECT count(*) FROM events').get(); console.log('in') }
      catch (error) { console.log(error.errcode) }`
    const output = execFileSync(process.execPath, ['--no-warnings', '-e', script], { encoding: 'utf8' })
    assert.equal(output.trim(), '5')
  })

  for (const [what, bytes] of [
    ['is no database', Buffer.from('this is a letter to my aunt, '.repeat(200))],
    ['is a torn header', Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(4080, 7)])],
  ] as const) {
    it(`#13 leaves a file untouched that ${what}`, async () => {
      mkdirSync(join(dir, 'deep'))
      writeFileSync(path, bytes)
      const before = digest(path)
      const store = make()
      await assert.rejects(store.open(start()), { code: 'store_corrupt', retryable: false })
      await assert.rejects(put(store, 'a'), { code: 'store_corrupt' })
      await store.close(end())
      assert.equal(digest(path), before)
    })
  }

  it('#13 finds damage in the middle of the file after an unclean stop, and writes nothing more', async () => {
    const store = make()
    await store.open(start())
    for (let i = 0; i < 50; i++) await put(store, `e${i}`, 2_000)
    await store.close(end())
    const bytes = readFileSync(path)
    const db = new DatabaseSync(path)
    db.exec("UPDATE meta SET value = 0 WHERE key = 'clean'; PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    const damaged = readFileSync(path)
    const half = Math.floor(bytes.length / 4096 / 2) * 4096
    damaged.fill(0xab, half, half + 3 * 4096)
    writeFileSync(path, damaged)
    const before = digest(path)
    await assert.rejects(make().open(start()), { code: 'store_corrupt' })
    assert.equal(digest(path), before)
  })

  it('#13 finds damage after an unclean stop where nothing is read at the start', async () => {
    const store = make()
    await store.open(start())
    for (let i = 0; i < 200; i++) await put(store, `e${i}`, 2_000)
    await store.close(end())
    const db = new DatabaseSync(path)
    db.exec("UPDATE meta SET value = 0 WHERE key = 'clean'; PRAGMA wal_checkpoint(TRUNCATE)")
    const leaves = "SELECT pageno FROM dbstat WHERE name = 'events' AND pagetype = 'leaf' ORDER BY path LIMIT 1"
    const page = Number(db.prepare(leaves).get()?.['pageno'])
    const size = Number(db.prepare('PRAGMA page_size').get()?.['page_size'])
    db.close()
    const damaged = readFileSync(path)
    damaged.fill(0xab, (page - 1) * size, page * size)
    writeFileSync(path, damaged)
    const before = digest(path)
    await assert.rejects(make().open(start()), { code: 'store_corrupt' })
    assert.equal(digest(path), before)
  })

  for (let version = 1; version < MIGRATIONS.length; version++) {
    it(`#58 brings a file of schema ${version} up to date, with everything in it`, async () => {
      mkdirSync(join(dir, 'deep'))
      const old = new DatabaseSync(path)
      old.function('latency_bucket', { deterministic: true }, (_ms) => 0)
      for (const step of MIGRATIONS.slice(0, version)) old.exec(step)
      old.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version}`)
      old.exec("INSERT INTO cursors VALUES ('k', '1')")
      old.close()
      const store = make()
      await store.open(start())
      await put(store, 'new', 10)
      await store.putEvents([], { key: 'k', expected: '1', next: '2', parts: new Map([['a', 'x']]) })
      assert.deepEqual(await store.cursor('k'), { value: '2', parts: new Map([['a', 'x']]) })
      await store.close(end())
      const db = new DatabaseSync(path)
      assert.equal(db.prepare('PRAGMA user_version').get()?.['user_version'], MIGRATIONS.length)
      db.close()
    })
  }

  it('#58 refuses a file of a newer version and leaves it as it is', async () => {
    const store = make()
    await store.open(start())
    await store.close(end())
    const db = new DatabaseSync(path)
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`)
    db.close()
    const before = digest(path)
    await assert.rejects(make().open(start()), (error: Error & { code: string; retryable: boolean }) => {
      assert.match(error.message, /newer version/)
      return error.code === 'store_unavailable' && !error.retryable
    })
    assert.equal(digest(path), before)
  })

  it('refuses the database of another application', async () => {
    mkdirSync(join(dir, 'deep'))
    const db = new DatabaseSync(path)
    db.exec('CREATE TABLE recipes (name TEXT)')
    db.close()
    const before = digest(path)
    await assert.rejects(make().open(start()), { code: 'store_unavailable', message: /another application/ })
    assert.equal(digest(path), before)
  })

  it('#9 #17 opens what is left when it was killed at any byte of its log', async () => {
    const store = make()
    await store.open(start())
    for (let i = 0; i < 20; i++) await put(store, `e${i}`, 500)
    const copy = copyAsKilled(path, join(dir, 'copy'))
    const log = readFileSync(`${copy}-wal`)
    const main = readFileSync(copy)
    let last = -1
    for (let cut = 0; cut <= 40; cut++) {
      const place = join(dir, `cut-${cut}`)
      mkdirSync(place)
      const torn = join(place, 'store.db')
      writeFileSync(torn, main)
      writeFileSync(`${torn}-wal`, log.subarray(0, Math.floor((log.length * cut) / 40)))
      const survivor = make({ path: torn })
      await survivor.open(start())
      const { events } = await survivor.events({}, { limit: 100 })
      // What is left is the beginning of what was written, and never less than after an earlier cut.
      assert.deepEqual(
        events.map((entry) => entry.event.event_id).reverse(),
        Array.from({ length: events.length }, (_, i) => `e${i}`),
      )
      assert.ok(events.length >= last)
      last = events.length
      survivor.closeNow(end())
    }
    assert.equal(last, 20)
  })

  it('#17 opens what is in the file when its log is deleted, and works on', async () => {
    const store = make()
    await store.open(start())
    await put(store, 'old')
    await store.close(end())
    const again = make()
    await again.open(start())
    await put(again, 'in the log')
    const copy = copyAsKilled(path, join(dir, 'copy'))
    rmSync(`${copy}-wal`)
    const survivor = make({ path: copy })
    await survivor.open(start())
    const { events } = await survivor.events({}, { limit: 10 })
    assert.deepEqual(
      events.map((entry) => entry.event.event_id),
      ['old'],
    )
    assert.deepEqual(await put(survivor, 'in the log'), [false])
  })

  it('#14 says that a read-only directory is one', async () => {
    mkdirSync(join(dir, 'deep'))
    chmodSync(join(dir, 'deep'), 0o555)
    chmodSync(dir, 0o755)
    await asNobody(() => assert.rejects(make().open(start()), { code: 'store_unavailable', retryable: true }))
    chmodSync(join(dir, 'deep'), 0o755)
    await make().open(start())
  })

  it('#14 says that a read-only file is one, and leaves it as it is', async () => {
    const store = make()
    await store.open(start())
    await store.close(end())
    rmSync(`${path}.ballast`)
    const before = digest(path)
    chmodSync(path, 0o444)
    chmodSync(dir, 0o755)
    await asNobody(() => assert.rejects(make().open(start()), { code: 'store_unavailable', retryable: true }))
    assert.equal(digest(path), before)
  })

  it('#14 notices that its file was taken away', async () => {
    const store = make()
    await store.open(start())
    rmSync(path)
    await assert.rejects(store.beat(NOON), { code: 'store_unavailable', retryable: false })
    await assert.rejects(put(store, 'a'), /removed or replaced/)
  })

  it('#14 notices that its log was taken away, which would die with the process, and saves what is in it', async () => {
    const store = make()
    await store.open(start())
    await put(store, 'before')
    rmSync(`${path}-wal`)
    await put(store, 'between')
    const last = put(store, 'at last')
    await assert.rejects(store.beat(NOON), { code: 'store_unavailable', retryable: false })
    await last
    await assert.rejects(put(store, 'a'), /removed or replaced/)
    copyFileSync(path, `${path}-as-killed`)
    const next = make({ path: `${path}-as-killed` })
    await next.open(start())
    for (const id of ['before', 'between', 'at last']) assert.notEqual(await next.event('src', id), null, id)
  })

  it('#10 #12 refuses new events when SQLite says that the file is full, and works again when it may grow', async () => {
    const store = make({ maxPages: 40 })
    await store.open(start())
    await assert.rejects(
      async () => {
        for (let i = 0; i < 100; i++) await put(store, `e${i}`, 3_000)
      },
      { code: 'store_unavailable', statusText: 'disk full', retryable: true },
    )
    const { events } = await store.events({}, { limit: 100 })
    assert.ok(events.length > 5, 'what was accepted before is there')
    await store.close(end())
    const larger = make()
    await larger.open(start())
    assert.deepEqual(await put(larger, 'more', 3_000), [false])
  })

  describe('on a disk of its own that is full', () => {
    let mount: string

    before(function () {
      if (process.platform !== 'linux' || process.getuid?.() !== 0) this.skip()
    })
    beforeEach(() => {
      mount = join(dir, 'mount')
      mkdirSync(mount)
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', mount])
      path = join(mount, 'store.db')
    })
    afterEach(() => {
      for (const store of opened.splice(0)) store.closeNow(end())
      execFileSync('umount', [mount])
    })

    it('#10 #11 #12 refuses events, records what is on its way by giving up its ballast, and goes on when there is room', async () => {
      const store = make({ ballastBytes: 256 * 1024 })
      await store.open(start())
      const { claimed } = await store.enqueue(record('on its way', { claim: true }))
      writeFileSync(join(mount, 'somebody-elses'), Buffer.alloc(1_000_000))
      await assert.rejects(
        async () => {
          for (let i = 0; i < 1_000; i++) await put(store, `e${i}`, 5_000)
        },
        { code: 'store_unavailable', statusText: 'disk full' },
      )
      await store.record(delivered(claimed!))
      assert.equal((await store.delivery('on its way'))?.delivery.status, 'delivered')
      assert.equal(existsSync(`${path}.ballast`), false)

      // what was given up is somebody else's now
      fill(join(mount, 'somebody-elses'))
      await assert.rejects(store.probe(NOON), { statusText: 'disk full' })
      rmSync(join(mount, 'somebody-elses'))
      await store.probe(NOON)
      assert.equal(statSync(`${path}.ballast`).size, 256 * 1024)
      assert.deepEqual(await put(store, 'afterwards'), [false])
    })

    it('makes room in its own log before it says that the disk is still full', async () => {
      const store = make({ ballastBytes: 256 * 1024 })
      // what its tables need is in the file, not in the log
      await store.open(start())
      await store.close(end())
      await store.open(start())
      for (let i = 0; i < 100; i++) await store.beat(NOON + i)
      const { size: log } = statSync(`${path}-wal`)
      // given up for a result; then somebody takes so much that it cannot come back beside the log
      rmSync(`${path}.ballast`)
      const { bavail, bsize } = statfsSync(mount)
      writeFileSync(join(mount, 'somebody-elses'), Buffer.alloc(bavail * bsize - 128 * 1024))
      await store.probe(NOON)
      assert.ok(statSync(`${path}-wal`).size < log)
      assert.equal(statSync(`${path}.ballast`).size, 256 * 1024)
    })
  })

  it('#8 opens a file whose schema was being made when the process was killed', async () => {
    mkdirSync(join(dir, 'deep'))
    const db = new DatabaseSync(path)
    db.exec('PRAGMA journal_mode = WAL; BEGIN; CREATE TABLE meta (x); ')
    const copy = copyAsKilled(path, join(dir, 'copy'))
    db.exec('ROLLBACK')
    db.close()
    await make({ path: copy }).open(start())
  })

  it('#8 deletes old history on, and nothing else, when it was killed between two slices', async () => {
    const store = make()
    await store.open(start())
    for (let i = 0; i < 100; i++) {
      const { claimed } = await store.enqueue(record(`d${i}`, { claim: true }))
      if (i % 10 !== 0) await store.record(delivered(claimed!))
    }
    const slice = { deliveriesBefore: NOON + 1_000, eventsBefore: NOON + 1_000, limit: 20 }
    let from: SweepCursor | null = null
    for (let round = 0; ; round++) {
      const copy = copyAsKilled(path, join(dir, `killed-${round}`))
      const killed = make({ path: copy })
      await killed.open(start())
      for (let rest: SweepCursor | null = null, more = true; more; more = rest !== null) {
        rest = (await killed.sweep({ ...slice, from: rest })).next
      }
      // the newest row stays, so that its number is not given again
      const { deliveries } = await killed.deliveries({}, { limit: 200 })
      const left = deliveries.map(({ id, status }) => `${id} ${status}`).reverse()
      const pending = Array.from({ length: 10 }, (_, i) => `d${i * 10} pending`)
      assert.deepEqual(left, [...pending, 'd99 delivered'])
      await killed.close(end())
      const db = new DatabaseSync(copy)
      assert.equal(Object.values(db.prepare('PRAGMA integrity_check').get() ?? {})[0], 'ok')
      for (const table of ['bodies', 'attempts']) {
        const column = table === 'bodies' ? 'seq' : 'delivery'
        const orphans = `SELECT count(*) AS n FROM ${table} WHERE ${column} NOT IN (SELECT seq FROM deliveries)`
        assert.equal(db.prepare(orphans).get()?.['n'], 0)
      }
      db.close()
      if (round > 0 && from === null) break
      from = (await store.sweep({ ...slice, from })).next
    }
  })

  it('uses the journal and the care that it promises', () => {
    const db = new Connection({ path })
    const pragma = (name: string) => Object.values(db.get(`PRAGMA ${name}`) ?? {})[0]
    // 1 is NORMAL: what SQLite does by itself waits for the disk, commits and long logs are waited for outside of it
    assert.deepEqual(['journal_mode', 'synchronous', 'locking_mode', 'auto_vacuum'].map(pragma), [
      'wal',
      1,
      'exclusive',
      2,
    ])
    db.close()
  })

  describe('on a disk that takes its time', () => {
    /** What the disk is asked to do, ended by the test. */
    let waits: { file: number; done: (error: Error | null) => void }[]
    const fdatasync = (file: number, done: (error: Error | null) => void) => void waits.push({ file, done })
    const turns = async () => {
      for (let i = 0; i < 8; i++) await new Promise(setImmediate)
    }
    const asked = async () => {
      for (let i = 0; i < 1_000 && waits.length === 0; i++) await new Promise((resolve) => setTimeout(resolve, 1))
      assert.ok(waits.length > 0, 'the disk is asked')
    }
    const answered = async (promise: Promise<unknown>) => {
      let yes = false
      promise.then(
        () => {
          yes = true
        },
        () => {},
      )
      await turns()
      return yes
    }
    beforeEach(() => {
      waits = []
    })

    it('#9 promises nothing before its log is on the disk, and goes on meanwhile', async () => {
      const store = make({ fdatasync })
      await store.open(start())
      const promises: Record<string, () => Promise<unknown>> = {
        'an event': () => put(store, 'a'),
        'a delivery': () => store.enqueue(record('a')),
        'a dry run': () => store.putDryRun(record('dry'), { method: 'POST', url: '', headers: {}, body: '' }),
        'a pause': () => store.changeWebhook('hook', { paused: 'x', pausedUrl: '', heldUntil: null, ordering: 'none' }),
        'a sign of life': () => store.beat(NOON),
      }
      for (const [what, promise] of Object.entries(promises)) {
        const made = promise()
        await asked()
        assert.equal(await answered(made), false, what)
        assert.equal(fstatSync(waits[0]!.file).ino, statSync(`${path}-wal`).ino, what)
        // what is read does not wait
        await store.pending()
        for (const { done } of waits.splice(0)) done(null)
        await made
      }
    })

    it('gives no delivery away that is not on the disk yet', async () => {
      const store = make({ fdatasync })
      await store.open(start())
      const stored = store.enqueue(record('a'))
      await turns()
      const claimed = store.claim(store.want(laneOf('hook')) ?? assert.fail(), {
        senders: new Set(['send']),
        now: NOON,
        limit: 10,
        bytes: 1_000,
      })
      assert.equal(await answered(claimed), false)
      while (waits.length > 0) {
        for (const { done } of waits.splice(0)) done(null)
        await turns()
      }
      await stored
      assert.deepEqual(
        (await claimed).deliveries.map(({ id }) => id),
        ['a'],
      )
    })

    it('takes nothing more after a disk that failed, for what it lost nobody can tell; a new start has what was promised', async () => {
      const store = make({ fdatasync })
      await store.open(start())
      const kept = put(store, 'kept')
      await turns()
      waits.shift()?.done(null)
      await kept
      const lost = put(store, 'lost')
      await asked()
      waits.shift()?.done(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }))
      await assert.rejects(lost, { code: 'store_unavailable', retryable: false, statusText: 'store: disk error' })
      await assert.rejects(put(store, 'later'), /disk reports an error \(EIO.*restart Node-RED/)
      const next = make({ path: copyAsKilled(path, join(dir, 'as-killed')) })
      await next.open(start())
      assert.notEqual(await next.event('src', 'kept'), null)
    })

    it('waits for the disk when it is closed', async () => {
      const store = make({ fdatasync })
      await store.open(start())
      const first = put(store, 'a')
      await asked()
      const second = put(store, 'b')
      store.closeNow(end())
      await Promise.all([first, second])
      const next = make()
      await next.open(start())
      for (const id of ['a', 'b']) assert.notEqual(await next.event('src', id), null)
    })

    it('does not take the end of its log for a fault of the disk, and can be opened again', async () => {
      const store = make({ fdatasync })
      await store.open(start())
      const stored = put(store, 'a')
      await asked()
      store.closeNow(end())
      waits.shift()?.done(Object.assign(new Error('EBADF: bad file descriptor, fdatasync'), { code: 'EBADF' }))
      await stored
      await turns()
      await store.open(start())
      const again = put(store, 'b')
      await asked()
      waits.shift()?.done(null)
      await again
    })
  })
})

describe('#18 SQLite versions', () => {
  const TABLE: Record<string, boolean> = {
    '3.51.2': false,
    '3.51.3': true,
    '3.52.0': true,
    '3.53.4': true,
    '4.0.0': true,
    '3.50.6': false,
    '3.50.7': true,
    '3.44.5': false,
    '3.44.6': true,
    '3.49.9': false,
    '3.7.0': false,
  }
  for (const [version, good] of Object.entries(TABLE)) {
    it(`${version} is ${good ? 'good' : 'warned of'}`, () => {
      assert.equal(versionProblem(version) === null, good)
    })
  }
})

describe('failures of SQLite', () => {
  for (const [code, failure] of Object.entries(FAILURES)) {
    it(`code ${code} is ${failure.code} in words that fit into a status`, () => {
      assert.ok(failure.statusText.length <= 30, failure.statusText)
      assert.equal(failure.retryable, failure.code === 'store_unavailable')
      assert.match(failure.says, /\.$/)
    })
  }
})

/** Root may write everywhere: for these checks the process becomes somebody who may not. */
async function asNobody(work: () => Promise<void>): Promise<void> {
  if (process.getuid?.() !== 0) return work()
  process.seteuid?.(65_534)
  try {
    await work()
  } finally {
    process.seteuid?.(0)
  }
}
