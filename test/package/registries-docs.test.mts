import assert from 'node:assert/strict'
import { VOCABULARY } from '../../dist/lib/events/vocabulary.js'
import { MAPPING_RECIPES } from '../../dist/lib/sources/mapped/recipes/recipes.js'
import { KINDS as HUB_KINDS } from '../lib/sources/http/huggingface-messages.mts'
import { KINDS as MLFLOW_KINDS, message } from '../lib/sources/http/mlflow-messages.mts'
import { read as readMessage } from '../lib/sources/http/reading.mts'
import { code, fences, rows } from './markdown.mts'
import { read } from './repository.mts'

/** The fields of all events that these messages become. */
function fieldsOf(format: 'mlflow' | 'huggingface', messages: readonly object[]): string[] {
  const events = messages.flatMap((body) => readMessage(format, body).events)
  return [...new Set(events.flatMap((event) => Object.keys(event)))].sort()
}

describe('the page on MLflow', () => {
  const page = read('docs/registries/mlflow.md')

  it('tells what becomes of every kind of event', () => {
    const listed = rows(page, "What becomes of MLflow's events", "MLflow's event").map((cells) => cells.map(code))
    assert.deepEqual(
      listed,
      MLFLOW_KINDS.map(({ kind, becomes }) => [kind, becomes ?? 'nothing']),
    )
  })

  it('tells what every field is', () => {
    const messages = MLFLOW_KINDS.map(({ kind, data }) => ({ ...message(kind, data), workspace: 'vision' }))
    const listed = rows(page, "What becomes of MLflow's events", 'field').map(([field]) => code(field))
    assert.deepEqual(listed.toSorted(), fieldsOf('mlflow', messages))
  })

  it('makes a webhook of exactly those events that become one', () => {
    const [body] = fences(page, 'sh').flatMap(({ text }) => /-d '(\{\n.*?\n {2}\})'/s.exec(text)?.[1] ?? [])
    const { events } = JSON.parse(body ?? '{}') as { events: { entity: string; action: string }[] }
    assert.deepEqual(
      events.map(({ entity, action }) => `${entity}.${action}`.toLowerCase()),
      MLFLOW_KINDS.filter(({ becomes }) => becomes).map(({ kind }) => kind),
    )
  })
})

describe('the page on Hugging Face', () => {
  const page = read('docs/registries/huggingface.md')

  it('tells what becomes of every kind of event', () => {
    const listed = rows(page, "What becomes of the Hub's events", 'scope')
    assert.deepEqual(
      listed.map(([scope, action, what, becomes]) => [code(scope), code(action), what, code(becomes)]),
      HUB_KINDS.map(({ scope, action, what, becomes }) => [scope, action, what, becomes ?? 'nothing']),
    )
  })

  it('tells what every field is', () => {
    const listed = rows(page, "What becomes of the Hub's events", 'field').map(([field]) => code(field))
    assert.deepEqual(
      listed.toSorted(),
      fieldsOf(
        'huggingface',
        HUB_KINDS.map(({ body }) => body),
      ),
    )
  })
})

describe('the page on any JSON', () => {
  it('tells what every mapping makes of what', () => {
    const listed = rows(read('docs/registries/mapped.md'), 'Services', 'mapping').map(([id]) => code(id))
    assert.deepEqual(
      listed,
      MAPPING_RECIPES.map(({ id }) => id),
    )
  })
})

describe('the page on webhooks of W&B', () => {
  const page = read('docs/registries/wandb-webhooks.md')
  const listed = rows(page, 'What W&B fills in', 'field').map(([field, filled]) => [code(field), filled ?? ''] as const)

  it('tells of every field whether W&B fills it in', () => {
    assert.deepEqual(listed.map(([field]) => field).toSorted(), VOCABULARY.map(({ name }) => name).toSorted())
  })

  it('has a payload with every field that W&B fills in, from the variable of its name', () => {
    const [payload] = fences(page, 'json').map(({ text }) => JSON.parse(text) as Record<string, unknown>)
    const filled = listed.filter(([, how]) => /^(yes|perhaps)/.test(how)).map(([field]) => field)
    assert.deepEqual(Object.keys(payload ?? {}), filled)
    for (const [field, value] of Object.entries(payload ?? {})) {
      if (field === 'artifact_metadata') assert.deepEqual(value, { accuracy: '${artifact_metadata.accuracy}' })
      else assert.equal(value, `\${${field}}`)
    }
  })
})
