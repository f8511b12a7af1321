import assert from 'node:assert/strict'
import { Secret } from '../../../../dist/lib/secrets/secret.js'
import { live } from '../../../../dist/lib/sources/huggingface/live.js'
import { parseAddressPolicy } from '../../../../dist/lib/webhook/address.js'
import { type HubStandin, HubWorld, hubStandin } from '../../../standin/hub/server.mts'
import { brief, trigger, watching } from './watching.mts'

const TOKEN = 'hf_1'

/** JSON that another server could answer: none is what the Hub says of one thing. */
const ODD = [
  '[]',
  'null',
  '"text"',
  '5',
  '{}',
  '{"name": 5}',
  '{"id": {}}',
  '{"branches": 5}',
  '{"orgs": {}, "name": "acme"}',
]

describe('One repository of which the Hub can say nothing', () => {
  let world: HubWorld
  let hub: HubStandin
  beforeEach(async () => {
    world = new HubWorld()
    hub = await hubStandin(world, { token: TOKEN })
  })
  afterEach(() => hub.close())

  const answers: [what: string, status: number, body: string, words: RegExp][] = [
    ['answers 500', 500, '{}', /^the server answers 500/],
    ['answers what is none', 200, '{"branches": 5}', /^Hugging Face’s answer about the refs of a repository/],
  ]
  for (const [what, status, body, words] of answers) {
    for (const triggers of [
      [trigger()],
      [trigger({ collection: 'acme/churn' }), trigger({ collection: 'acme/good' })],
    ]) {
      const how = triggers.length === 1 ? 'of an owner' : 'that a trigger names'
      it(`${how}, since it ${what}, is named, and the others are told; it is told when it is well`, async () => {
        const churn = world.create('acme/churn')
        const good = world.create('acme/good')
        const watch = watching(hub.url, { key: () => TOKEN, triggers })
        try {
          await watch.poll()
          hub.intercept = ({ url = '' }, response) => {
            if (!/\/acme\/churn\/refs/.test(url)) return false
            response.writeHead(status, { 'Content-Type': 'application/json' }).end(body)
            return true
          }
          world.tag(churn, 'v1')
          world.tag(good, 'v1')
          assert.deepEqual(brief(await watch.poll()), ['ADD_ARTIFACT_ALIAS acme/good v1'])
          assert.match(watch.skipped.get('acme/churn') ?? '', words)
          hub.intercept = () => false
          assert.deepEqual(brief(await watch.poll()), ['ADD_ARTIFACT_ALIAS acme/churn v1'])
        } finally {
          await watch.close()
        }
      })
    }
  }
})

describe('A server that answers JSON, but not the Hub’s', () => {
  let hub: HubStandin
  let body: string
  let path: RegExp
  beforeEach(async () => {
    const world = new HubWorld()
    hub = await hubStandin(world, { token: TOKEN })
    world.create('acme/churn')
    hub.intercept = ({ url = '' }, response) => {
      if (!path.test(url)) return false
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(body)
      return true
    }
  })
  afterEach(() => hub.close())

  for (const odd of ODD) {
    it(`is said to be one, and where, when it answers ${odd} of the account`, async () => {
      body = odd
      path = /whoami/
      const settings = { baseUrl: hub.url, interval: '30', entity: '', project: '', apiKey: 'x' }
      const registry = live.connect(settings, {
        apiKey: () => new Secret(TOKEN),
        addressPolicy: parseAddressPolicy('lan'),
        machineProxy: () => undefined,
      })
      try {
        const looked = registry.explore({ entity: '', project: '' }, AbortSignal.timeout(5_000))
        await assert.rejects(looked, {
          code: 'source_answer_unexpected',
          message: /^Hugging Face’s answer about the token/,
        })
      } finally {
        await registry.close()
      }
    })

    it(`is said to be one when it answers ${odd} of a repository that a trigger names`, async () => {
      body = odd
      path = /\/api\/models\/acme\/churn/
      const watch = watching(hub.url, { key: () => TOKEN, triggers: [trigger({ collection: 'acme/churn' })] })
      try {
        await assert.rejects(watch.poll(), { code: 'source_answer_unexpected', message: /^Hugging Face/ })
      } finally {
        await watch.close()
      }
    })
  }
})
