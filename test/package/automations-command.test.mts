import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fittingSample } from '../../dist/lib/automations/fitting-sample.js'
import type { TriggerSettings } from '../../dist/lib/automations/trigger.js'
import type { EventType } from '../../dist/lib/events/event.js'
import { type CommandWorld, runCommand } from '../../dist/nodes/command/command.js'
import { event, secret, secretId, sender, source, template, trigger, webhook } from '../nodes/automation.mts'
import type { FlowNode } from '../nodes/harness.mts'
import { packageJson, readJson, root } from './repository.mts'

const COMMAND = 'artifact-automations'

const flow = (more: readonly FlowNode[] = []): FlowNode[] => [
  source(),
  trigger(),
  template('{"alias": "${alias}"}'),
  sender({ wires: [[], []] }),
  webhook('https://example.com/hook'),
  ...more,
]
const staging = event({ event_id: 'staging', alias: 'staging' })
const production = event({ event_id: 'production' })

/** Runs the command on files that are only told of. */
function run(argv: readonly string[], files: Record<string, unknown> = {}, env: CommandWorld['env'] = {}) {
  const [out, told]: [string[], string[]] = [[], []]
  const status = runCommand(argv, {
    env,
    read(file) {
      const content = files[file]
      if (content === undefined) throw new Error(`ENOENT: no such file, open '${file}'`)
      return typeof content === 'string' ? content : JSON.stringify(content)
    },
    now: () => new Date('2026-11-24T12:00:00Z'),
    out: (line) => out.push(line),
    report: (line) => told.push(line),
  })
  return { status, out: out.join('\n'), told: told.join('\n') }
}
const on = (verb: string, nodes: unknown, events: unknown, ...more: string[]) =>
  run([verb, '--flows', 'flows.json', '--event', 'event.json', ...more], { 'flows.json': nodes, 'event.json': events })

describe('what reads the output of a command', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'automations-'))
    writeFileSync(path.join(folder, 'flows.json'), JSON.stringify(flow()))
    writeFileSync(path.join(folder, 'event.json'), JSON.stringify([staging, production]))
  })
  after(() => rmSync(folder, { recursive: true }))

  const judged = ['explain', '--flows', 'flows.json', '--event', 'event.json']
  /** [the command, its arguments, the code it ends with] */
  const CALLS: [bin: string, argv: string[], status: number][] = [
    [COMMAND, judged, 0],
    [COMMAND, [...judged, '--json'], 0],
    [COMMAND, [...judged, '--expect', 'silent'], 1],
    [COMMAND, ['database', 'sql'], 0],
    [`${COMMAND}-import`, ['--help'], 0],
  ]
  for (const [bin, argv, status] of CALLS) {
    it(`may go away before its end, as head does: ${bin} ${argv.join(' ')}`, async () => {
      const main = path.join(root, packageJson.bin[bin] ?? '')
      const child = spawn(process.execPath, [main, ...argv], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
      child.stdout.destroy()
      let told = ''
      child.stderr.on('data', (part) => {
        told += part
      })
      const [code] = await once(child, 'close')
      assert.doesNotMatch(told, /EPIPE|^\s+at /m)
      assert.equal(code, status, told)
    })
  }
})

describe(`the command ${COMMAND}`, () => {
  it('says of each event which automations it starts, and on which condition others failed', () => {
    const { status, out } = on('explain', flow([trigger({ id: 'off', name: 'off', d: true })]), [staging, production])
    assert.equal(status, 0)
    assert.deepEqual(out.split('\n'), [
      'staging (ADD_ARTIFACT_ALIAS staging)',
      '  model to production: does not fire',
      '    pattern: The alias is `staging`; the pattern `^production$` does not match it.',
      '  off: does not fire',
      '    enabled: The automation is disabled.',
      '    pattern: The alias is `staging`; the pattern `^production$` does not match it.',
      'production (ADD_ARTIFACT_ALIAS production)',
      '  model to production: fires',
      '    payload-template passes: The template makes 23 characters of it.',
      '    send sends: It sends 23 bytes to the webhook `receiver`.',
      '  off: does not fire',
      '    enabled: The automation is disabled.',
    ])
  })

  it('says of each automation which events start it, and what it would send', () => {
    const { status, out } = on('backtest', flow(), [staging, production])
    assert.equal(status, 0)
    assert.deepEqual(out.split('\n'), [
      'model to production: 1 of 2 events start it',
      '  production (ADD_ARTIFACT_ALIAS production)',
      '    to receiver: {"alias": "production"}',
    ])
  })

  it('prints JSON where a program reads it', () => {
    const explained = JSON.parse(on('explain', flow(), production, '--json').out)
    assert.equal(explained.events[0].automations[0].fires, true)
    const [automation] = JSON.parse(on('backtest', flow(), [staging, production], '--json').out).automations
    assert.deepEqual([automation.looked_at, automation.fired], [2, 1])
    assert.equal(automation.results[0].payloads[0].body, '{"alias": "production"}')
  })

  for (const verb of ['explain', 'backtest']) {
    it(`${verb} exits with 1 when an expectation does not hold, and says for which events`, () => {
      const other = trigger({ id: 'other', name: 'other', pattern: '^staging$' })
      const expectations: [string, FlowNode[], unknown, string[], 0 | 1][] = [
        ['fires', [], production, [], 0],
        ['fires', [], staging, [], 1],
        ['fires', [], [production, staging], [], 1],
        ['fires', [other], [production, staging], [], 0],
        ['fires', [other], [production, staging], ['--automation', 'other'], 1],
        ['silent', [], staging, [], 0],
        ['silent', [], [staging, production], [], 1],
        ['silent', [other], production, ['--automation', 'other'], 0],
      ]
      for (const [expect, more, events, options, status] of expectations) {
        const ended = on(verb, flow(more), events, '--expect', expect, ...options)
        assert.equal(ended.status, status, JSON.stringify([expect, options, events]))
        assert.equal(/staging|production/.test(ended.told), status === 1)
      }
    })
  }

  it('takes an answer of GET events, whose events are for the automations of their source alone', () => {
    const second = [source({ id: 'second', path: '/2' }), trigger({ id: 'other', name: 'other', source: 'second' })]
    const answer = {
      events: [{ source: 'second', received_at: '2026-11-24T12:00:00.000Z', event: production }],
      next: null,
    }
    const { out } = on('explain', flow(second), answer)
    assert.doesNotMatch(out, /model to production/)
    assert.match(out, /other: fires/)
  })

  it('takes properties that are wholly a variable from the environment', () => {
    const files = {
      f: flow().map((node) => (node.id === 'trigger' ? { ...node, pattern: '${PATTERN}' } : node)),
      e: staging,
    }
    const argv = ['explain', '--flows', 'f', '--event', 'e', '--expect', 'fires']
    assert.equal(run(argv, files, { PATTERN: '^staging$' }).status, 0)
    assert.equal(run(argv, files, { PATTERN: '^other$' }).status, 1)
    assert.equal(run(argv, files).status, 1)
  })

  it('knows which secrets a webhook grants, although a flow file has no values', () => {
    const nodes = (secrets: string[]) =>
      flow([secret('KEY')]).map((node) => {
        if (node.id === 'webhook')
          return { ...node, secrets, accessToken: secretId('KEY'), signing: 'wandb', signingSecret: secretId('KEY') }
        return node.id === 'template' ? { ...node, template: '{"key": "${KEY}", "t": "${ACCESS_TOKEN}"}' } : node
      })
    assert.match(on('explain', nodes([secretId('KEY')]), production).out, /send sends: It sends/)
    assert.match(on('explain', nodes([]), production).out, /send drops: The payload uses \$\{KEY\}/)
  })

  it('says why an automation is red', () => {
    const red = flow().map((node) => (node.id === 'trigger' ? { ...node, pattern: '(?!x)' } : node))
    assert.match(on('explain', red, production).out, /enabled: The automation cannot work: .*RE2/)
    const alone = flow().filter(({ id }) => id !== 'source')
    assert.match(on('explain', alone, production).out, /enabled: The automation cannot work: No artifact source/)
  })

  it('prints nothing that a terminal would obey', () => {
    const hostile = '\u001b]0;owned\u0007\u001b[2J\r\n\u009b31m\u202e\u2028'
    const nodes = flow().map((node) =>
      node.id === 'trigger'
        ? { ...node, name: hostile, pattern: '' }
        : 'name' in node
          ? { ...node, name: `${node.id}${hostile}` }
          : node,
    )
    const events = event({
      event_id: hostile,
      alias: hostile,
      project_name: `wandb-registry-model`,
      entity_name: hostile,
    })
    for (const verb of ['explain', 'backtest']) {
      for (const more of [[], ['--json'], ['--expect', 'silent']]) {
        const { out, told } = on(verb, nodes, events, ...more)
        assert.doesNotMatch(`${out}${told}`.replaceAll('\n', ''), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, `${verb} ${more}`)
        assert.match(out, /owned/)
      }
    }
    const { told } = run([hostile], {})
    assert.doesNotMatch(told.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u)
  })

  it('exits with 2 when the call or a file is wrong, and says how to do it', () => {
    const files = {
      f: flow(),
      e: production,
      none: [],
      object: {},
      text: 'no JSON',
      bad: { ...production, alias: '' },
      empty: { events: [] },
      answer: { events: [{ event: production }, { event: { ...production, alias: '' } }] },
    }
    const calls: [string[], RegExp][] = [
      [[], /Say what to do: explain or backtest/],
      [['guess'], /Say what to do/],
      [['explain', 'more', '--flows', 'f', '--event', 'e'], /Say what to do/],
      [['explain', '--event', 'e'], /--flows/],
      [['explain', '--flows', 'f'], /--event/],
      [['explain', '--flows', 'f', '--event', 'e', '--expect', 'x'], /--expect is fires or silent/],
      [['explain', '--flows', 'f', '--event', 'e', '--unknown'], /--unknown/],
      [['explain', '--flows', 'gone', '--event', 'e'], /gone cannot be read/],
      [['explain', '--flows', 'f', '--event', 'gone'], /gone cannot be read/],
      [['explain', '--flows', 'text', '--event', 'e'], /text is not JSON/],
      [['explain', '--flows', 'object', '--event', 'e'], /object is no flow file/],
      [['explain', '--flows', 'none', '--event', 'e'], /none has no automation/],
      [['explain', '--flows', 'f', '--event', 'bad'], /alias: is required/],
      [['explain', '--flows', 'f', '--event', 'answer'], /\[1\]\.alias: is required/],
      [['explain', '--flows', 'f', '--event', 'empty'], /There is no event/],
      [['explain', '--flows', 'f', '--event', 'e', '--automation', 'x'], /no automation x/],
      [['explain', '--flows', 'f', '--event', 'e', '--source', 'x'], /no automation of the source x/],
    ]
    for (const [argv, words] of calls) {
      const { status, out, told } = run(argv, files)
      assert.deepEqual([status, out], [2, ''], argv.join(' '))
      assert.match(told, words)
    }
  })

  for (const file of readdirSync(path.join(root, 'examples'))) {
    it(`finds the way through the example ${path.basename(file, '.json')}`, () => {
      const nodes = readJson(`examples/${file}`)
      for (const one of nodes.filter(({ type }: { type: string }) => type === 'artifact-event')) {
        const settings = one as TriggerSettings & { id: string }
        const sample = {
          ...fittingSample(settings.events[0] as EventType, settings),
          run_name: 'run',
          ...(one.metric && { metric_name: one.metric }),
        }
        if (one.states?.length > 0) Object.assign(sample, { run_state: one.states[0], run_status: one.states[0] })
        const { status, out, told } = on('explain', nodes, sample, '--automation', one.id, '--expect', 'fires')
        assert.equal(status, 0, `${out}${told}`)
        assert.match(out, /(sends|unknown): /)
      }
    })
  }

  it('runs as the program that package.json names', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'artifact-automations-explain-'))
    try {
      writeFileSync(path.join(folder, 'flows.json'), JSON.stringify(flow()))
      const { bin } = packageJson as unknown as { bin: Record<string, string> }
      const argv = [
        path.join(root, bin[COMMAND]!),
        'explain',
        '--flows',
        'flows.json',
        '--event',
        '-',
        '--expect',
        'silent',
      ]
      const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
        cwd: folder,
        input: JSON.stringify(production),
        encoding: 'utf8',
      })
      assert.equal(status, 1)
      assert.match(stdout, /fires/)
      assert.equal(stderr, 'Expected that no event starts an automation; these do: production\n')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
