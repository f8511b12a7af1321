import assert from 'node:assert/strict'
import { parseEvent } from '../../../dist/lib/events/parse.js'
import { mlflowEvents } from '../../../dist/lib/sources/http/mlflow.js'
import { event } from '../store/make.mts'

const parse = (more: object) => parseEvent({ ...event('e'), ...more }, { receivedAt: new Date(), newId: () => 'id' })

/** Patterns and scopes are compared with them, and indexes hold them. */
const COMPARED = {
  1024: [
    ...['entity_name', 'project_name', 'organization_name', 'event_author', 'artifact_collection_name'],
    ...['artifact_type', 'alias', 'tag', 'run_id', 'run_name', 'run_state', 'run_status', 'run_author'],
    ...['metric_name', 'metric_current_status'],
  ],
  4096: ['artifact_version', 'artifact_version_string', 'run_url', 'metric_filter'],
}

const RUN_STATE = ['run_state', 'run_status']

describe('the texts of an event that are compared', () => {
  for (const [limit, names] of Object.entries(COMPARED)) {
    for (const name of names) {
      it(`have a bound: ${name} at most ${limit} characters`, () => {
        assert.equal(parse({ [name]: 'x'.repeat(Number(limit)) })[name], 'x'.repeat(Number(limit)))
        // a character may be two units
        assert.equal(parse({ [name]: '🚀'.repeat(Number(limit)) })[name], '🚀'.repeat(Number(limit)))
        for (const length of [Number(limit) + 1, 1_000_000]) {
          assert.throws(() => parse({ [name]: 'x'.repeat(length) }), {
            code: 'event_invalid',
            // the two are one field
            details: (RUN_STATE.includes(name) ? RUN_STATE : [name]).map((path) => ({
              path,
              message: `must have at most ${limit} characters`,
            })),
          })
        }
      })
    }
  }

  it('may be longer where nothing compares them', () => {
    const long = 'x'.repeat(500_000)
    assert.deepEqual(parse({ note: long, artifact_metadata: { long } })['note'], long)
  })

  it("are cut where MLflow's tags hold more, so that the event is not lost", () => {
    const tag = (value: string) => {
      const body = {
        entity: 'model_version_tag',
        action: 'set',
        data: { name: 'churn', version: '3', key: 'prompt', value },
      }
      const { events } = mlflowEvents(body, { entity: 'acme', project: 'models' })
      return parse(events[0] as object)['tag']
    }
    assert.equal(tag('x'.repeat(100_000)), `prompt=${'x'.repeat(1_016)}…`)
    assert.equal(tag('x'.repeat(1_017)), `prompt=${'x'.repeat(1_017)}`)
  })
})
