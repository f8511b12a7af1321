// What the log holds is copied into the file while Node-RED goes on. The judge is SQLite: it recovers what a loss of
// power may leave behind, and checks it.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  fstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SqliteStore } from '../../../dist/lib/store/sqlite/store.js'
import { copyAsKilled } from './killed.mts'
import { end, event, NOON, start } from './make.mts'

interface Wait {
  readonly file: number
  done(error: Error | null): void
}

describe('a checkpoint of the SQLite store', function () {
  this.timeout(60_000)
  let dir: string
  let path: string
  let store: SqliteStore
  /** Ends of waits for the file, which the test decides; those for the log end by themselves. */
  let waits: Wait[]
  let put = 0
  /** Bytes of the file when the log was waited for last. */
  let sizeAtSync = 0
  const fdatasync = (file: number, done: (error: Error | null) => void) => {
    if (fstatSync(file).ino === statSync(path).ino) waits.push({ file, done })
    else {
      sizeAtSync = statSync(path).size
      setImmediate(done, null)
    }
  }
  const idOf = (n: number) => `event ${n}`
  const putOne = (id = idOf(put++)) =>
    store.putEvents([{ source: 'src', event: event(id, { note: 'x'.repeat(20_000) }), receivedAt: NOON, routed: true }])
  const turns = async (count = 20) => {
    for (let i = 0; i < count; i++) await new Promise(setImmediate)
  }
  /** Puts events until the file is waited for. */
  async function untilCopied(): Promise<void> {
    for (let i = 0; i < 4_000 && waits.length === 0; i++) {
      const one = putOne()
      await Promise.race([one, turns(200)])
    }
    assert.equal(waits.length, 1, 'the disk is asked for the file, in another thread')
  }

  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'artifact-checkpoint-'))
    path = join(dir, 'store.db')
    waits = []
    put = 0
    store = new SqliteStore({ path, ballastBytes: 0, fdatasync })
    await store.open(start())
  })
  afterEach(() => {
    store.closeNow(end())
    rmSync(dir, { recursive: true, force: true })
  })

  it('keeps no one waiting but those who write, and their log as it is until the file is on the disk', async () => {
    await untilCopied()
    await turns()
    const log = readFileSync(`${path}-wal`)
    let answered = false
    const late = putOne('late').then(() => {
      answered = true
    })
    await turns(200)
    assert.equal(answered, false)
    assert.notEqual(await store.event('src', idOf(0)), null, 'what is read does not wait')
    assert.ok(readFileSync(`${path}-wal`).equals(log), 'the log is as it was')
    waits.shift()?.done(null)
    await late
    assert.ok(!readFileSync(`${path}-wal`).equals(log), 'the log was begun anew')
    assert.equal(waits.length, 0, 'and is not copied again')
  })

  it('keeps no one waiting with a file of an older version either, whose pages are smaller', async () => {
    store.closeNow(end())
    path = join(dir, 'older.db')
    copyFileSync(new URL('../../fixtures/store-0.1.0.db', import.meta.url), path)
    store = new SqliteStore({ path, ballastBytes: 0, fdatasync })
    await store.open(start())
    const { size } = statSync(path)
    await untilCopied()
    assert.equal(sizeAtSync, size, 'SQLite has not copied the log before')
    assert.ok(statSync(path).size > size)
    waits.shift()?.done(null)
    await putOne('afterwards')
  })

  it('comes again for the next long log, and only then', async () => {
    const rounds: number[] = []
    for (let round = 0; round < 4; round++) {
      const from = put
      await untilCopied()
      rounds.push(put - from)
      waits.shift()?.done(null)
    }
    const [first, ...next] = rounds
    for (const count of next) assert.ok(Math.abs(count - first!) < first! / 4, String(rounds))
    assert.ok(statSync(`${path}-wal`).size < 2_500 * 8_216)
  })

  it('#9 loses nothing with the power, whatever of the file had reached the disk', async () => {
    await untilCopied()
    waits.shift()?.done(null)
    await putOne()
    // nothing is written into the file before its next checkpoint
    const before = readFileSync(path)
    await untilCopied()
    const acknowledged = put - 1
    const after = readFileSync(path)
    const PAGE = 8192
    const changed = Array.from({ length: after.length / PAGE }, (_, page) => page * PAGE).filter(
      (at) => !after.subarray(at, at + PAGE).equals(before.subarray(at, at + PAGE)),
    )
    assert.ok(changed.length > 500, 'much of the file is not on the disk yet')
    const lost: Record<string, (n: number) => boolean> = {
      everything: () => true,
      nothing: () => false,
      'every other page': (n) => n % 2 === 0,
      'the first page': (n) => n === 0,
      'the end': (n) => n > changed.length / 2,
      'the beginning': (n) => n < changed.length / 2,
    }
    for (const [what, isLost] of Object.entries(lost)) {
      const left = Buffer.from(after)
      for (const [n, at] of changed.entries()) {
        if (!isLost(n)) continue
        left.fill(0, at, at + PAGE)
        if (at < before.length) before.copy(left, at, at, at + PAGE)
      }
      const copy = join(dir, what.replaceAll(' ', '-'))
      mkdirSync(copy)
      writeFileSync(join(copy, 'store.db'), left)
      copyFileSync(`${path}-wal`, join(copy, 'store.db-wal'))
      const db = new DatabaseSync(join(copy, 'store.db'))
      assert.deepEqual({ ...db.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' }, what)
      const { n } = db.prepare('SELECT count(*) AS n FROM events').get() as { n: number }
      assert.ok(n >= acknowledged, `${what}: ${n} of ${acknowledged}`)
      db.close()
    }
  })

  it('takes nothing more after a disk that did not take the file; a new start has everything', async () => {
    await untilCopied()
    const acknowledged = put - 1
    waits.shift()?.done(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }))
    await turns()
    const refused = { code: 'store_unavailable', retryable: false, statusText: 'store: disk error' }
    await assert.rejects(putOne('later'), refused)
    await assert.rejects(store.beat(NOON), refused)
    const next = new SqliteStore({ path: copyAsKilled(path, join(dir, 'as-killed')), ballastBytes: 0 })
    await next.open(start())
    for (let n = 0; n < acknowledged; n++) assert.notEqual(await next.event('src', idOf(n)), null)
    next.closeNow(end())
  })

  it('is waited for by who cannot wait for its end: the last write, and the close', async () => {
    await untilCopied()
    const late = putOne('late')
    store.closeNow(end())
    await late
    assert.equal(existsSync(`${path}-wal`), false)
    waits.shift()?.done(Object.assign(new Error('EBADF: bad file descriptor, fdatasync'), { code: 'EBADF' }))
    await turns()
    await store.open(start())
    for (const id of [idOf(0), 'late']) assert.notEqual(await store.event('src', id), null)
  })

  it('is waited for by a look at the disk', async () => {
    await untilCopied()
    await store.probe(NOON)
    await store.event('src', idOf(0))
    waits.shift()?.done(null)
    await putOne('afterwards')
  })
  it('leaves the log as it is where the disk is too full for the file, and goes on when there is room', async function () {
    if (process.platform !== 'linux' || process.getuid?.() !== 0) this.skip()
    store.closeNow(end())
    const mount = join(dir, 'mount')
    mkdirSync(mount)
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=18m', 'tmpfs', mount])
    try {
      path = join(mount, 'store.db')
      store = new SqliteStore({ path, ballastBytes: 0, fdatasync })
      await store.open(start())
      const disk = { code: 'store_unavailable', statusText: 'disk full', retryable: true }
      const untilFull = async () => {
        for (;;) await putOne()
      }
      await assert.rejects(untilFull(), disk)
      assert.ok(statSync(`${path}-wal`).size > 16_000_000, 'its log was long')
      assert.equal(waits.length, 0)
      const acknowledged = put - 1
      execFileSync('mount', ['-o', 'remount,size=80m', mount])
      await store.probe(NOON)
      await putOne('afterwards')
      await untilCopied()
      waits.shift()?.done(null)
      await putOne('at last')
      store.closeNow(end())
      const db = new DatabaseSync(path)
      assert.deepEqual({ ...db.prepare('PRAGMA integrity_check').get() }, { integrity_check: 'ok' })
      const { n } = db.prepare('SELECT count(*) AS n FROM events').get() as { n: number }
      assert.ok(n > acknowledged + 2, `${n} of more than ${acknowledged + 2}`)
      db.close()
    } finally {
      store.closeNow(end())
      execFileSync('umount', [mount])
    }
  })
})
