import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fittingSample } from '../../../dist/lib/automations/fitting-sample.js'
import { starts } from '../../../dist/lib/automations/judgement.js'
import { compileRule, type RuleSettings } from '../../../dist/lib/automations/rule.js'
import { compileTrigger } from '../../../dist/lib/automations/trigger.js'
import type { EventType } from '../../../dist/lib/events/event.js'
import { RECIPES } from '../../../dist/lib/recipes/payloads.js'
import type { HttpSourceSettings } from '../../../dist/lib/sources/http/settings.js'
import { postedEvents } from '../../package/markdown.mts'
import { readAny } from '../sources/mapped/mapped.mts'

const ROOT = resolve(import.meta.dirname, '../../..')
const OUR_TYPES = Object.keys(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))['node-red'].nodes)

interface FlowNode {
  readonly id: string
  readonly type: string
  readonly z?: string
  readonly x?: number
  readonly y?: number
  readonly name?: string
  readonly wires?: readonly (readonly string[])[]
  readonly [property: string]: unknown
}

const EXAMPLES = readdirSync(join(ROOT, 'examples')).map((file) => ({
  file,
  nodes: JSON.parse(readFileSync(join(ROOT, 'examples', file), 'utf8')) as readonly FlowNode[],
}))
const ALL_NODES = EXAMPLES.flatMap(({ nodes }) => nodes)

/** Every string anywhere in a node, with the property that holds it. */
function strings(value: unknown, property = ''): { property: string; text: string }[] {
  if (typeof value === 'string') return [{ property, text: value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => strings(member, property || name))
}

describe('the example flows', () => {
  it('share no node id, so that all of them can be imported side by side', () => {
    assert.deepEqual(
      ALL_NODES.map(({ id }) => id).filter((id, index, ids) => ids.indexOf(id) !== index),
      [],
    )
    for (const { id } of ALL_NODES) assert.match(id, /^[0-9a-f]{16}$/)
  })

  it('share no path, so that no source is in another’s way', () => {
    const paths = ALL_NODES.filter(({ type, kind }) => type === 'artifact-source' && kind === 'http').map(
      ({ path }) => path,
    )
    assert.equal(new Set(paths).size, paths.length)
  })

  it('use every node type and every recipe', () => {
    const used = new Set(ALL_NODES.map(({ type }) => type))
    assert.deepEqual(
      OUR_TYPES.filter((type) => !used.has(type)),
      [],
    )
    const templates = ALL_NODES.map(({ template }) => template)
    for (const { id, template } of RECIPES) assert.ok(templates.includes(template), id)
  })

  for (const { file, nodes } of EXAMPLES) {
    const ids = new Set(nodes.map(({ id }) => id))
    const ofType = (type: string) => nodes.filter((node) => node.type === type)

    describe(file, () => {
      it('is one tab with one comment that says what to fill in', () => {
        assert.equal(ofType('tab').length, 1)
        assert.equal(ofType('comment').length, 1)
        assert.ok(ofType('comment')[0]?.['info'])
      })

      it('is wired within itself, and refers to nothing outside', () => {
        for (const node of nodes) {
          for (const target of node.wires?.flat() ?? []) assert.ok(ids.has(target))
          for (const property of [
            'z',
            'source',
            'webhook',
            'secret',
            'apiKey',
            'accessToken',
            'signingSecret',
            'store',
          ]) {
            const reference = node[property]
            if (reference) assert.ok(ids.has(String(reference)), `${node.type} ${property}`)
          }
        }
      })

      it('has on each of our nodes what the editor would save, in this version, and no credential', async () => {
        for (const { type, ...node } of nodes) {
          assert.ok(!('credentials' in node))
          if (!OUR_TYPES.includes(type)) continue
          const { DEFAULTS } = await import(`../../../dist/nodes/${type}/${type}.migrate.js`)
          const kinds = (properties: object) =>
            Object.entries(properties)
              .filter(([name]) => !['id', 'z', 'x', 'y', 'wires', 'outputs'].includes(name))
              .map(([name, value]) => `${name}: ${Array.isArray(value) ? 'list' : typeof value}`)
              .sort()
          assert.deepEqual(kinds(node), kinds(DEFAULTS), type)
          assert.equal(node['version'], DEFAULTS.version)
        }
      })

      it('gives each alias filter an output for every rule, and one for the rest', () => {
        for (const { rules, outputs, wires } of ofType('alias-filter')) {
          assert.equal(outputs, JSON.parse(String(rules)).length + 1)
          assert.equal(wires?.length, outputs)
        }
      })

      it('has no value that Node-RED would replace or stumble over', () => {
        for (const node of nodes) {
          for (const { property, text } of strings(node)) {
            assert.doesNotMatch(text, /^\$(\{\S+\}|\(\S+\))$/, property)
            if (property !== 'id') assert.notEqual(text, node.id, property)
          }
        }
      })

      it('takes its templates from the recipes', () => {
        for (const { template } of ofType('payload-template')) {
          assert.ok(RECIPES.some((recipe) => recipe.template === template))
        }
      })

      it('sends to a webhook that is set up as its recipe says', () => {
        for (const { url, service, headers } of ofType('automation-webhook')) {
          assert.ok(
            RECIPES.some((recipe) => recipe.url === url && recipe.service === service && recipe.headers === headers),
          )
        }
      })

      it('is laid out on the grid, without overlaps', () => {
        const boxes = nodes.filter((node) => node.x !== undefined).map(box)
        for (const [index, one] of boxes.entries()) {
          assert.equal(one.left % 20, 0, one.label)
          assert.equal(one.y % 20, 0, one.label)
          for (const other of boxes.slice(index + 1)) {
            const apart =
              one.right < other.left || other.right < one.left || one.bottom < other.top || other.bottom < one.top
            assert.ok(apart, `${one.label} covers ${other.label}`)
          }
        }
      })

      it('leaves room below each sender for its status', () => {
        const boxes = nodes.filter((node) => node.x !== undefined).map(box)
        for (const { left, bottom } of ofType('webhook-sender').map(box)) {
          const status = { left, right: left + STATUS.width, top: bottom, bottom: bottom + STATUS.height }
          const hidden = boxes.filter((one) => one.bottom > status.top && one.top < status.bottom)
          const hiding = hidden.filter((one) => one.right > status.left && one.left < status.right)
          assert.deepEqual(
            hiding.map(({ label }) => label),
            [],
          )
        }
      })

      const watched = ofType('artifact-source').find(({ kind }) => kind !== 'http')
      if (watched) {
        it('says which secret holds the API key, and has a sample that its trigger lets through', () => {
          const key = nodes.find(({ id }) => id === watched['apiKey'])
          if (watched['apiKey'] !== '') assert.ok(String(ofType('comment')[0]?.['info']).includes(`\`${key?.name}\``))
          for (const trigger of ofType('artifact-event')) {
            const settings = trigger as unknown as RuleSettings
            // a rule that cannot be used would throw
            compileRule(settings, watched['kind'] === 'wandb')
            for (const type of settings.events) {
              const event = fittingSample(type as EventType, settings)
              const rule = compileRule({ scope: settings.scope, events: settings.events } as RuleSettings, false)
              assert.ok(starts({ ...rule, trigger: compileTrigger(settings) }, event))
            }
          }
        })
        return
      }

      it('shows a curl line whose event its own source accepts and its trigger lets through', async () => {
        const [posted, ...others] = postedEvents(String(ofType('comment')[0]?.['info']))
        assert.deepEqual(others, [])
        assert.equal(posted?.path, ofType('artifact-source')[0]?.['path'])
        const settings = ofType('artifact-source')[0] as unknown as HttpSourceSettings
        const [event, ...more] = await readAny(settings, posted?.body)
        assert.ok(event)
        assert.deepEqual(more, [])
        for (const trigger of ofType('artifact-event')) {
          assert.ok(starts(compileRule(trigger as unknown as RuleSettings, false), event))
        }
      })
    })
  }
})

/** Of a status such as `1 waiting · connection refused · next 16:32:51`, at 6 pixels a character. */
const STATUS = { width: 300, height: 20 }

const WITHOUT_INPUT = ['artifact-event', 'comment', 'catch', 'status']

/** About where the editor draws a node: 7 pixels a character, widths in steps of 20, 30 high. */
function box({ type, name, x = 0, y = 0, wires = [] }: FlowNode) {
  const label = name || type
  const width = Math.max(100, 20 * Math.ceil((label.length * 7 + 50 + (WITHOUT_INPUT.includes(type) ? 0 : 7)) / 20))
  const height = Math.max(30, wires.length * 13)
  return { label, y, left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 }
}
