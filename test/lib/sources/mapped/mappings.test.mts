import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { Mappings } from '../../../../dist/lib/sources/mapped/mappings.js'
import { ENGINE } from './engine.mts'

const input = (body: unknown = {}, about: object = {}) => ({ body: JSON.stringify(body), about: JSON.stringify(about) })

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('mappings', () => {
  let mappings: Mappings
  before(() => {
    mappings = new Mappings(ENGINE, { time: 300 })
  })
  after(() => mappings.close())

  const failure = (expression: string, body?: unknown) =>
    mappings.map(expression, input(body)).then(
      (made) => assert.fail(`it made ${JSON.stringify(made)}`),
      ({ code, message }: { code: string; message: string }) => `${code}: ${message}`,
    )

  it("are evaluated by Node-RED's engine, with what it adds", async () => {
    assert.deepEqual(await mappings.map('{"a": body.a, "b": query.b}', input({ a: 1 }, { query: { b: '2' } })), {
      a: 1,
      b: '2',
    })
    assert.equal(await mappings.map('$moment(body).utc().format("YYYY")', input('2026-01-02T03:04:05Z')), '2026')
    assert.equal(await mappings.map('body.nothing', input()), null)
    assert.deepEqual(await mappings.map('body.list.{"x": $}', input({ list: [1, 2] })), [{ x: 1 }, { x: 2 }])
  })

  it('may use every word, and read JSON and base64 that stand in texts', async () => {
    assert.equal(await mappings.map('/* a msg */ ($msg := body.a; $msg)', input({ a: 1 })), 1)
    const data = Buffer.from('{"name": "é密"}').toString('base64')
    assert.equal(await mappings.map('$parseJson($decodeBase64(body)).name', input(data)), 'é密')
  })

  it('answer in the order of their requests, however many come at once', async () => {
    const made = await Promise.all(Array.from({ length: 500 }, (_, index) => mappings.map('body', input(index))))
    assert.deepEqual(
      made,
      made.map((_, index) => index),
    )
  })

  it('say where and why they fail', async () => {
    assert.match(
      await failure('$error("no model here")'),
      /^mapping_failed: The mapping failed at character \d+: no model here\.$/,
    )
    assert.match(await failure('$number(body)', 'x'), /^mapping_failed: .*number/)
    assert.match(await failure('$flowContext("a")'), /^mapping_failed: .*cannot be used in a mapping/)
    assert.match(await failure('$sum'), /^mapping_failed: .*a function/)
    assert.match(await failure('function($x){$x}'), /^mapping_failed: .*a function/)
    for (const part of ['$sum', 'function($x){$x}', '/x/', '$parseJson', 'function($x, $y){$x}(1, ?)']) {
      assert.equal(
        await failure(`[{"a": {"b c": [1, ${part}]}}]`),
        'mapping_failed: The mapping made a function at [0].a["b c"][1], where a value belongs: call it, with brackets behind its name.',
      )
    }
    const likeOne = { _jsonata_function: true, _jsonata_lambda: true, environment: {} }
    assert.deepEqual(await mappings.map('{"a": body}', input(likeOne)), { a: likeOne })
    const nested = (depth: number) => ({ body: `${'['.repeat(depth)}${']'.repeat(depth)}`, about: '{}' })
    await assert.rejects(mappings.map('{"a": body}', nested(200)), {
      code: 'mapping_failed',
      message: 'The mapping made what is nested deeper than 100 levels.',
    })
    await assert.rejects(mappings.map('{"a": body}', nested(50_000)), {
      code: 'mapping_failed',
      message: /went too deep: it/,
    })
    assert.match(await failure('body +'), /^mapping_failed/)
    assert.ok((await failure(`$error("${'x'.repeat(10_000)}")`)).length < 500)
    // what JSON cannot say would be null in the event
    assert.match(await failure('{"q": $power(10, 308) * 10}'), /^mapping_failed: .*"q".*too large/)
    const overflowed = mappings.map('body.list', { body: '{"list": [1, -1e400]}', about: '{}' })
    await assert.rejects(overflowed, { code: 'mapping_failed', message: /too large/ })
    assert.equal(await mappings.map('body.a', { body: '{"a": 1, "unused": 1e400}', about: '{}' }), 1)
    const broken = mappings.map('body', { body: '{"a": ', about: '{}' })
    await assert.rejects(broken, { code: 'body_invalid' })
    // a body ends with itself: nothing after it becomes part of what a mapping sees
    await assert.rejects(mappings.map('headers', { body: '1, "headers": 2', about: '{}' }), { code: 'body_invalid' })
  })

  const ENDLESS: [what: string, expression: string, body?: unknown][] = [
    ['that calls itself for ever', '($f := function($n){$f($n + 1)}; $f(1))'],
    ['that calls itself ever deeper', '($f := function($n){1 + $f($n + 1)}; $f(1))'],
    ['with a pattern that backtracks without end', '$match(body, /^(a+)+$/)', `${'a'.repeat(60)}b`],
    ['that counts to very many', '$sum([1..9000000].($ * 2))'],
    ['that sorts very much', '$sort([1..3000000].($random()))'],
    ['that grows a text', '$reduce([1..60], function($a){$a & $a & $a}, "xxxxxxxxxx")'],
    ['that fills up a text', '$pad("x", 500000000, "ab")'],
    ['that makes more than can be an event', '[1..200000].{"a": "aaaaaaaaaaaaaaaaaaa"}'],
    // more in one step than V8 may give a thread: that ended Node-RED itself
    ['that makes all numbers in one step', '[1..10000000]'],
    ['that makes as many as a request says', '[1..body]', 10_000_000],
    ['that doubles millions of numbers in one step', '$count($append([1..5000000], [1..5000000]))'],
  ]
  for (const [what, expression, body] of ENDLESS) {
    it(`${what} ends, and nobody else waits for it`, async () => {
      const reason = await failure(expression, body)
      assert.match(reason, /^mapping_failed: /)
      assert.equal(await mappings.map('body', input('still here')), 'still here')
    })
  }

  it('that take too long are known then, and hold up none of the others', async () => {
    const other = new Mappings(ENGINE, { time: 300 })
    const endless = '($f := function($n){$f($n + 1)}; $f(2))'
    try {
      await assert.rejects(other.map(endless, input()), /took too long: it never ends/)
      const order: string[] = []
      const late = other.map(endless, input()).catch(() => order.push('endless'))
      await other.map('body', input(1)).then(() => order.push('other'))
      await late
      assert.deepEqual(order, ['other', 'endless'])
    } finally {
      other.close()
    }
  })

  it('that take too long again and again rest in between, and are all answered', async () => {
    const other = new Mappings(ENGINE, { time: 100, rest: 1 })
    try {
      const endless = '($f := function($n){$f($n + 1)}; $f(4))'
      const answers = await Promise.allSettled([1, 2, 3].map(() => other.map(endless, input())))
      answers.push(...(await Promise.allSettled([1, 2].map(() => other.map(endless, input())))))
      assert.deepEqual(
        answers.map(({ status }) => status),
        Array(5).fill('rejected'),
      )
    } finally {
      other.close()
    }
  })

  it('what waits behind one that is ended is evaluated all the same', async () => {
    const other = new Mappings(ENGINE, { time: 300 })
    try {
      await other.map('1', input())
      const endless = other.map('($f := function($n){$f($n + 1)}; $f(3))', input())
      const behind = [1, 2, 3].map((index) => other.map('body', input(index)))
      await assert.rejects(endless, { code: 'mapping_failed' })
      assert.deepEqual(await Promise.all(behind), [1, 2, 3])
    } finally {
      other.close()
    }
  })

  it('begin again after a pause in which their process was given back', async () => {
    const other = new Mappings(ENGINE, { idle: 1 })
    try {
      for (const index of [1, 2, 3]) {
        assert.equal(await other.map('body', input(index)), index)
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    } finally {
      other.close()
    }
  })

  const ENDS = {
    'while nothing is mapped':
      "map('body', { body: '1', about: '{}' }).then(() => process.kill(process.pid, 'SIGKILL'))",
    'while one never ends':
      "map('($f := function(){$f()}; $f())', { body: '1', about: '{}' }).catch(() => {}); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1_500)",
  }
  for (const [when, ends] of Object.entries(ENDS))
    it(`end with a Node-RED that is killed ${when}`, async () => {
      const script = `
      const processes = require('node:child_process')
      const { fork } = processes
      processes.fork = (...how) => {
        const child = fork(...how)
        console.log(child.pid)
        return child
      }
      const { Mappings } = require(${JSON.stringify(path.resolve('dist/lib/sources/mapped/mappings.js'))})
      new Mappings(${JSON.stringify(ENGINE)}, { time: 30_000 }).${ends}
      setTimeout(() => {}, 60_000)`
      const { stdout } = await promisify(execFile)(process.execPath, ['-e', script]).catch((error) => error)
      const child = Number(stdout)
      assert.ok(child > 0)
      for (const start = Date.now(); isAlive(child); ) {
        assert.ok(Date.now() - start < 5_000, 'the other process is still there')
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    })

  it('keep no process that has nothing else to do', async () => {
    const script = `
      const { Mappings } = require(${JSON.stringify(path.resolve('dist/lib/sources/mapped/mappings.js'))})
      const input = { body: '"done"', about: '{}' }
      const alive = setTimeout(() => {}, 60_000)
      new Mappings(${JSON.stringify(ENGINE)}).map('body', input).then((made) => {
        console.log(made)
        clearTimeout(alive)
      })`
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script])
    assert.equal(stdout, 'done\n')
  })

  it('ask senders to come again when too much waits', async () => {
    const other = new Mappings(ENGINE, { time: 300 })
    const body = JSON.stringify('x'.repeat(1_000_000))
    const all = Array.from({ length: 80 }, () => other.map('1', { body, about: '{}' }).catch(({ code }) => code))
    assert.ok((await Promise.all(all)).includes('source_unavailable'))
    other.close()
  })
})
