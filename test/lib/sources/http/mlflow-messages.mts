/**
 * MLflow's messages: each kind that MLflow 3.17 knows, with the data that its own test call sends. The documentation's
 * table of kinds is checked against these, and they against a real MLflow (test/registries/mlflow.test.mts).
 */

interface Kind {
  /** `entity.action` */
  readonly kind: string
  readonly data: object
  /** The event that it becomes; none when it is ignored. */
  readonly becomes?: string
}

const MODEL = { name: 'example_model' }
const VERSION = { ...MODEL, version: '1' }
const PROMPT = { name: 'example_prompt' }
const DETAILS = { tags: { example_key: 'example_value' }, description: 'An example' }
const TAG = { key: 'example_key', value: 'example_value' }
const ALIAS = { alias: 'example_alias' }

export const KINDS: readonly Kind[] = [
  {
    kind: 'model_version.created',
    data: { ...VERSION, ...DETAILS, source: 'models:/123', run_id: 'abcd1234abcd5678' },
    becomes: 'LINK_ARTIFACT',
  },
  { kind: 'model_version_alias.created', data: { ...VERSION, ...ALIAS }, becomes: 'ADD_ARTIFACT_ALIAS' },
  { kind: 'model_version_alias.deleted', data: { ...MODEL, ...ALIAS }, becomes: 'REMOVE_ARTIFACT_ALIAS' },
  { kind: 'model_version_tag.set', data: { ...VERSION, ...TAG }, becomes: 'ADD_ARTIFACT_TAG' },
  { kind: 'model_version_tag.deleted', data: { ...VERSION, key: TAG.key }, becomes: 'REMOVE_ARTIFACT_TAG' },
  { kind: 'registered_model.created', data: { ...MODEL, ...DETAILS } },
  { kind: 'prompt.created', data: { ...PROMPT, ...DETAILS } },
  { kind: 'prompt_version.created', data: { ...PROMPT, ...DETAILS, version: '1', template: 'Hello {{name}}!' } },
  { kind: 'prompt_tag.set', data: { ...PROMPT, ...TAG } },
  { kind: 'prompt_tag.deleted', data: { ...PROMPT, key: TAG.key } },
  { kind: 'prompt_version_tag.set', data: { ...PROMPT, ...TAG, version: '1' } },
  { kind: 'prompt_version_tag.deleted', data: { ...PROMPT, key: TAG.key, version: '1' } },
  { kind: 'prompt_alias.created', data: { ...PROMPT, ...ALIAS, version: '1' } },
  { kind: 'prompt_alias.deleted', data: { ...PROMPT, ...ALIAS } },
  {
    kind: 'budget_policy.exceeded',
    data: {
      budget_policy_id: 'bp-abc123',
      budget_unit: 'USD',
      budget_amount: 100,
      current_spend: 105.5,
      duration_unit: 'MONTHS',
      duration_value: 1,
      target_scope: 'ENDPOINT',
      workspace: 'default',
      target_value: 'ep-abc123',
      window_start: 1704067200000,
    },
  },
]

export const TIMESTAMP = '2025-07-31T08:27:32.080217+00:00'

/** A whole message of MLflow. */
export function message(kind: string, data: object) {
  const [entity, action] = kind.split('.')
  return { entity, action, timestamp: TIMESTAMP, data }
}
