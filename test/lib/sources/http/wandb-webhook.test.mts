import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import type { JsonValue } from '../../../../dist/lib/json.js'
import { fences } from '../../../package/markdown.mts'
import { read } from '../../../package/repository.mts'
import { SECRET, type Source, startSource } from './server.mts'

/** What the documentation tells people to paste into W&B. */
const PAYLOAD: JsonValue = JSON.parse(fences(read('docs/registries/wandb-webhooks.md'), 'json')[0]?.text ?? '')

type Values = Readonly<Record<string, string | number>>

/** Variables that W&B documents for webhooks; those that do not belong to an event are blank. */
const DOCUMENTED = {
  event_type: '',
  event_author: 'ada',
  entity_name: 'acme',
  project_name: 'wandb-registry-model',
  artifact_collection_name: '',
  artifact_version: '',
  artifact_version_string: '',
  'artifact_metadata.accuracy': '',
  alias: '',
  tag: '',
}

/** Variables that it documents for its agent only. */
const OTHERS = {
  artifact_version_index: '',
  run_name: '',
  run_status: '',
  metric_name: '',
  metric_filter: '',
  metric_current_status: '',
  metric_values: '',
}

/**
 * Fills the payload as W&B was seen to: variables in texts only, each as text, unknown ones left alone; sent without
 * spaces, with the members in the order of their names.
 */
function fill(payload: JsonValue | undefined, values: Values): JsonValue | undefined {
  if (typeof payload === 'string') {
    return payload.replaceAll(/\$\{([^}]*)\}/g, (variable, name: string) => String(values[name] ?? variable))
  }
  if (typeof payload !== 'object' || payload === null) return payload
  const members = Object.entries(payload).toSorted(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(members.map(([name, member]) => [name, fill(member, values)]))
}

const artifact = {
  artifact_collection_name: 'churn "v2" <b>',
  artifact_version: 'wandb-artifact://_id/QXJ0aWZhY3Q6NTE3ODg5ODg3',
  artifact_version_string: 'acme/wandb-registry-model/churn:v3',
  'artifact_metadata.accuracy': 0.97,
}
const told = {
  artifact_collection_name: artifact.artifact_collection_name,
  artifact_version: artifact.artifact_version,
  artifact_version_string: artifact.artifact_version_string,
  artifact_metadata: { accuracy: '0.97' },
}
const run = { run_name: 'sunny-lake-7', run_status: 'FAILED' }
const metric = {
  metric_name: 'loss',
  metric_filter: 'avg of loss over 2 steps > 0.3',
  metric_current_status: 'avg of loss over 2 steps is 0.375',
}

/** Each event: the variables that W&B fills in beside those of every event, and what comes of them. */
const EVENTS: readonly (readonly [
  type: string,
  documented: Values,
  others: Values,
  comes: object,
  alsoComes: object,
])[] = [
  ['CREATE_ARTIFACT', artifact, { artifact_version_index: 3 }, told, { artifact_version_index: 3 }],
  ['LINK_ARTIFACT', artifact, { artifact_version_index: 0 }, told, { artifact_version_index: 0 }],
  [
    'ADD_ARTIFACT_ALIAS',
    { ...artifact, alias: 'production' },
    { artifact_version_index: 3 },
    { ...told, alias: 'production' },
    { artifact_version_index: 3 },
  ],
  [
    'ADD_ARTIFACT_TAG',
    { ...artifact, tag: 'europe' },
    { artifact_version_index: 3 },
    { ...told, tag: 'europe' },
    { artifact_version_index: 3 },
  ],
  [
    'ADD_COLLECTION_TAG',
    { artifact_collection_name: 'churn', tag: 'nightly' },
    {},
    { artifact_collection_name: 'churn', tag: 'nightly', artifact_metadata: { accuracy: '' } },
    {},
  ],
  ['RUN_STATE', {}, run, { artifact_metadata: { accuracy: '' } }, { ...run, run_state: 'FAILED' }],
  [
    'RUN_METRIC',
    {},
    { ...run, ...metric, metric_values: '[0.5 0.25]' },
    { artifact_metadata: { accuracy: '' } },
    { ...run, run_state: 'FAILED', ...metric, metric_values: [0.5, 0.25] },
  ],
]

describe("W&B's own webhooks, with the payload of the documentation", () => {
  const EVERY = { event_author: 'ada', entity_name: 'acme', project_name: 'wandb-registry-model' }
  let bearer: Source
  let signed: Source

  before(async () => {
    bearer = await startSource({ settings: { auth: 'bearer' } })
    signed = await startSource({ settings: { auth: 'signature' } })
  })
  after(async () => {
    await bearer.close()
    await signed.close()
  })

  async function accepted(source: Source, values: Values, headers: (body: string) => Record<string, string>) {
    const body = JSON.stringify(fill(PAYLOAD, values))
    const { status, body: answer } = await source.post(body, headers(body))
    assert.equal(status, 202, JSON.stringify(answer))
    const [event] = source.accepted.at(-1) ?? []
    assert.ok(event?.event_id && event.event_time)
    const { event_id: _id, event_time: _time, ...rest } = event
    return rest
  }

  for (const [event_type, documented, others, comes, alsoComes] of EVENTS) {
    it(`tell ${event_type}, whether or not W&B knows the variables of its agent`, async () => {
      const withToken = () => ({ Authorization: `Bearer ${SECRET}` })
      const fewer = { ...DOCUMENTED, ...documented, event_type }
      assert.deepEqual(await accepted(bearer, fewer, withToken), { ...EVERY, event_type, ...comes })

      const withSignature = (body: string) => ({
        'X-Wandb-Signature': createHmac('sha256', SECRET).update(body).digest('hex'),
      })
      const all = { ...fewer, ...OTHERS, ...others }
      assert.deepEqual(await accepted(signed, all, withSignature), { ...EVERY, event_type, ...comes, ...alsoComes })
    })
  }

  it('lack the metadata that W&B left unfilled', async () => {
    const { 'artifact_metadata.accuracy': _, ...values } = { ...DOCUMENTED, ...artifact, event_type: 'LINK_ARTIFACT' }
    const event = await accepted(bearer, values, () => ({ Authorization: `Bearer ${SECRET}` }))
    assert.deepEqual(event.artifact_metadata, {})
  })

  it('are refused by the name of the field when W&B does not fill in what an event must have', async () => {
    const body = fill(PAYLOAD, { ...DOCUMENTED, ...artifact, event_type: 'ADD_ARTIFACT_ALIAS' })
    const { status, body: answer } = await bearer.post(body, { Authorization: `Bearer ${SECRET}` })
    assert.equal(status, 400)
    assert.deepEqual(answer.error.details, [{ path: 'alias', message: 'is required for ADD_ARTIFACT_ALIAS' }])
  })
})
