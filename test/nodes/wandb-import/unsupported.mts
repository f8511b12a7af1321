import { hook, inWrap, type Sample } from './sample.mts'

/** What has no counterpart here, as W&B's server gives it, and how the import says so. */
export const UNSUPPORTED: readonly (Pick<Sample, 'name' | 'scope' | 'eventType' | 'filter' | 'action' | 'report'> & {
  readonly enabled?: boolean
})[] = [
  {
    name: 'a job in a queue',
    scope: 'registry',
    eventType: 'LINK_MODEL',
    filter: inWrap(''),
    action: () => ({ kind: 'queue', queue: 'gpu', template: '{}' }),
    report: [
      'missing: Its action, starting a job in a queue of W&B Launch, cannot be carried over: only the trigger was laid out.',
    ],
  },
  {
    name: 'a prompt to the agent',
    scope: 'project',
    eventType: 'RUN_STATE',
    filter: '{"run_filter":"{\\"$and\\":[]}","run_state_filter":{"states":["FAILED"]}}',
    action: () => ({ kind: 'aria', prompt: 'Why did ${run_name} fail?' }),
    report: ['missing: Its action, a prompt to the ARIA agent, cannot be carried over: only the trigger was laid out.'],
  },
  {
    name: 'a push to a phone',
    scope: 'collection',
    eventType: 'ADD_ARTIFACT_ALIAS',
    filter: inWrap('{"alias":{"$eq":"latest"}}'),
    action: () => ({ kind: 'push' }),
    report: [
      'missing: Its action, a push notification to a phone, cannot be carried over: only the trigger was laid out.',
    ],
  },
  {
    name: 'a metric of Weave',
    scope: 'project',
    eventType: 'WEAVE_METRIC_THRESHOLD',
    filter: '{}',
    action: hook('plain', '{}'),
    report: ["missing: It is disabled: W&B's event WEAVE_METRIC_THRESHOLD has no counterpart here."],
  },
  {
    name: 'an operator of the future',
    scope: 'collection',
    eventType: 'ADD_ARTIFACT_ALIAS',
    filter: inWrap('{"alias":{"$near":"production"}}'),
    action: hook('plain', '{}'),
    report: ['missing: It is disabled: its filter has the operator $near, which cannot be translated.'],
  },
  {
    name: 'an expression that is not RE2',
    scope: 'collection',
    eventType: 'ADD_ARTIFACT_ALIAS',
    filter: inWrap('{"alias":{"$regex":"^(?!dev)"}}'),
    action: hook('plain', '{}'),
    report: [
      'missing: It is disabled: its filter has the expression ^(?!dev) (lookahead, (?=…) or (?!…), does not exist in RE2 (at character 2)), which cannot be translated.',
    ],
  },
  {
    name: 'an aggregation of the future',
    scope: 'project',
    eventType: 'RUN_METRIC',
    filter:
      '{"run_filter":"{\\"$and\\":[]}","run_metric_filter":{"threshold_filter":{"name":"my-metric","agg_op":"MEDIAN","window_size":5,"cmp_op":"$gt","threshold":0}}}',
    action: hook('plain', '{}'),
    report: [
      'missing: It is disabled: the run trigger cannot be used: the aggregation must be one of AVERAGE, MIN, MAX.',
    ],
  },
  {
    name: 'a state filter of the future',
    scope: 'project',
    eventType: 'RUN_STATE',
    filter: '{"run_filter":"{\\"$and\\":[]}","run_states":["FAILED"]}',
    action: hook('plain', '{}'),
    report: ['missing: It is disabled: its filter has a state filter of another kind, which cannot be translated.'],
  },
  {
    name: 'a filter that is not JSON',
    scope: 'collection',
    eventType: 'ADD_ARTIFACT_ALIAS',
    filter: 'alias is latest',
    action: hook('plain', '{}'),
    report: [
      'missing: It is disabled: its filter has "alias is latest" where conditions should be, which cannot be translated.',
    ],
  },
  {
    name: 'runs of one user or another',
    scope: 'project',
    eventType: 'RUN_STATE',
    filter:
      '{"run_filter":"{\\"$or\\":[{\\"username\\":\\"ada\\"},{\\"username\\":\\"bob\\"}]}","run_state_filter":{"states":["FAILED"]}}',
    action: hook('plain', '{}'),
    report: [
      'missing: It is disabled: its filter has a condition on username that is one of several alternatives or negated, which cannot be translated.',
    ],
  },
  {
    name: 'a payload that is no template',
    scope: 'collection',
    eventType: 'ADD_ARTIFACT_ALIAS',
    filter: inWrap('{"alias":{"$eq":"production"}}'),
    action: hook('plain', 'new: ${alias}'),
    report: [
      'missing: Its template and sender are disabled: its payload is no template here. Line 1, column 1 of the template: “new” is no JSON value; text stands in double quotes.',
    ],
  },
  {
    name: 'a webhook with a password in its URL',
    scope: 'collection',
    eventType: 'ADD_ARTIFACT_ALIAS',
    filter: inWrap('{"alias":{"$eq":"production"}}'),
    action: hook('withPassword', '{}'),
    report: [
      'missing: Its sender is disabled: the webhook password cannot be used as it is. The URL contains a user name or password (user:password@). Remove them: URLs are shown and exported. Use an access token, or a header Authorization with a secret.',
    ],
  },
  {
    name: 'switched off',
    enabled: false,
    scope: 'collection',
    eventType: 'ADD_ARTIFACT_ALIAS',
    filter: inWrap('{"alias":{"$eq":"latest"}}'),
    action: hook('plain', '{}'),
    report: ['note: It is switched off in W&B, and disabled here.'],
  },
]
