import { globalId } from '../../standin/ids.mts'
import { ends, five, hook, logs, type Sample } from './sample.mts'

const EVERY_VARIABLE = {
  who: '${event_author}',
  what: '${event_type}',
  where: '${entity_name}/${project_name}',
  collection: '${artifact_collection_name}',
  version: '${artifact_version}',
  path: '${artifact_version_string}',
  index: '${artifact_version_index}',
  accuracy: 'accuracy ${artifact_metadata.accuracy}',
  alias: '[${alias}]',
  tag: '[${tag}]',
  automation: '${automation_name}',
}

/** What the tests of W&B's SDK have, and the older shapes that it still reads. */
export const SDK_SAMPLES: readonly Sample[] = [
  {
    name: 'test-automation',
    description: 'test description',
    scope: 'collection',
    eventType: 'ADD_ARTIFACT_ALIAS',
    filter: '{"filter":{"$or":[{"$and":[{"alias":{"$eq":"latest"}}]}]}}',
    action: hook('signed', '{"my-key":"my-value"}'),
    misses: {
      'another alias': ({ world, second, places }) => world.addAlias(second, places.collection, ['latest2', 'stable']),
      'the alias in another collection': ({ world, first, places }) => world.link(first, places.neighbour),
      'the alias in a project': ({ world, places }) => world.createVersion(places.sequence),
    },
    when: 'a version is linked to the collection and becomes its latest',
    happens: ({ world, first, places, ada }) => world.link(first, places.collection, [], ada),
    fires: 'ADD_ARTIFACT_ALIAS test-collection:v1 latest',
    body: '{"my-key":"my-value"}',
    report: [],
  },
  {
    name: 'link-prod',
    scope: 'registry',
    eventType: 'LINK_MODEL',
    filter: '{"filter":{"$or":[{"$and":[{"alias":{"$regex":"prod-.*"}}]}]}}',
    action: () => ({ kind: 'no-op' }),
    misses: {
      'a link under another alias': ({ world, places }) => world.link(places.logged, places.neighbour, ['staging']),
      'such a link in another registry': ({ world, second, portfolio }) => world.link(second, portfolio, ['prod-eu']),
    },
    when: 'a version is linked under an alias that the expression finds',
    happens: ({ world, first, places, ada }) => world.link(first, places.collection, ['prod-eu'], ada),
    fires: 'ADD_ARTIFACT_ALIAS test-collection:v1 prod-eu',
    body: null,
    report: [
      'note: W&B looks at the aliases that a version has when it is linked; here the automation waits for the alias to be added, at the link or later, fires once for each alias that fits, and ${event_type} is ADD_ARTIFACT_ALIAS',
      'note: It does nothing in W&B either: only the trigger was laid out.',
    ],
  },
  {
    name: 'test-run-automation',
    scope: 'project',
    eventType: 'RUN_METRIC',
    filter:
      '{"run_filter":"{\\"$and\\":[{\\"display_name\\":{\\"$contains\\":\\"my-run\\"}}]}","run_metric_filter":{"threshold_filter":{"name":"my-metric","agg_op":"AVERAGE","window_size":5,"cmp_op":"$gt","threshold":0}}}',
    action: hook('plain', '{"test":{"key":"value"}}'),
    misses: {
      'an average that is not above it': (wandb) => logs(wandb, 'my-run-0', [1, 1, 1, 1, -4]),
      'fewer values than the window has': (wandb) => logs(wandb, 'my-run-short', [1, 1, 1, 1]),
      'another metric': (wandb) => logs(wandb, 'my-run-other', five(1), { metric: 'other-metric' }),
      'a run of another name': (wandb) => logs(wandb, 'your-run', five(1)),
      'a run of another project': (wandb) => logs(wandb, 'my-run-there', five(1), { project: wandb.project }),
    },
    when: "the average of the run's last five values is above the threshold",
    happens: (wandb) => logs(wandb, 'this is my-run 1', [-10, 3, 3, 3, 3, 9, 9, 9, 9, 9]),
    fires: 'RUN_METRIC this is my-run 1 my-metric',
    body: '{"test":{"key":"value"}}',
    report: [],
  },
  {
    name: 'change',
    scope: 'project',
    eventType: 'RUN_METRIC_CHANGE',
    filter:
      '{"run_filter":"{\\"$and\\":[]}","run_metric_filter":{"change_filter":{"name":"my-metric","agg_op":"AVERAGE","current_window_size":5,"prior_window_size":5,"change_dir":"ANY","change_type":"RELATIVE","change_amount":0.5}}}',
    action: hook('plain', '{"run":"${run_name}","metric":"${metric_name}"}'),
    misses: {
      'a smaller change': (wandb) => logs(wandb, 'calm', [...five(10), ...five(14)]),
      'a change before there are enough values': (wandb) => logs(wandb, 'early', [...five(10), 20, 20, 20, 20]),
      'a change of another metric': (wandb) =>
        logs(wandb, 'beside', [...five(10), ...five(20)], { metric: 'other-metric' }),
    },
    when: 'the last five values are on average half less than the five before',
    happens: (wandb) => logs(wandb, 'falling', [...five(10), ...five(5)]),
    fires: 'RUN_METRIC_CHANGE falling my-metric',
    body: '{"metric":"my-metric","run":"falling"}',
    report: [],
  },
  {
    name: 'zscore',
    scope: 'project',
    eventType: 'RUN_METRIC_ZSCORE',
    filter:
      '{"run_filter":"{\\"$and\\":[]}","run_metric_filter":{"zscore_filter":{"name":"my-metric","window_size":5,"threshold":3.0,"change_dir":"ANY"}}}',
    action: hook('plain', '{"run":"${run_name}"}'),
    misses: {
      'a value within its usual range': (wandb) => logs(wandb, 'usual', [1, 2, 1, 2, 1, 2.5]),
      'an outlier before there are enough values': (wandb) => logs(wandb, 'early', [1, 2, 1, 2, 50]),
      'an outlier of another metric': (wandb) => logs(wandb, 'beside', [1, 2, 1, 2, 1, 50], { metric: 'other-metric' }),
    },
    when: 'a value is three deviations below the mean of the five before',
    happens: (wandb) => logs(wandb, 'odd', [1, 2, 1, 2, 1, -50]),
    fires: 'RUN_METRIC_ZSCORE odd my-metric',
    body: '{"run":"odd"}',
    report: [],
  },
  {
    name: 'run-failed',
    scope: 'project',
    eventType: 'RUN_STATE',
    filter:
      '{"run_filter":"{\\"$and\\":[{\\"display_name\\":{\\"$contains\\":\\"my-run\\"}}]}","run_state_filter":{"states":["FAILED"]}}',
    action: ({ slack }) => ({
      kind: 'slack',
      integration: slack,
      title: 'Test title',
      message: 'Test message content',
      severity: 'INFO',
    }),
    misses: {
      'a run that finished': (wandb) => ends(wandb, 'my-run-good', 'finished'),
      'a run that was killed': (wandb) => ends(wandb, 'my-run-killed', 'killed'),
      'a run of another name': (wandb) => ends(wandb, 'your-run', 'failed'),
      'a run of another project': (wandb) => ends(wandb, 'my-run-there', 'failed', { project: wandb.project }),
    },
    when: 'a run of that name failed',
    happens: (wandb) => ends(wandb, 'my-run-bad', 'failed'),
    fires: 'RUN_STATE my-run-bad failed',
    body: '{"text":"*INFO*\\n*Test title*\\nTest message content"}',
    report: [
      "missing: It writes to acme #team-alerts-ml through W&B's own Slack app: make an incoming webhook there, choose it in the sender, and enable the sender.",
    ],
  },

  // older shapes
  {
    name: 'legacy metric filter',
    scope: 'project',
    eventType: 'RUN_METRIC',
    filter:
      '{"run_filter":"{\\"$and\\":[{\\"display_name\\":{\\"$contains\\":\\"my-run\\"}}]}","metric_filter":"{\\"name\\":\\"my-metric\\",\\"agg_op\\":null,\\"window_size\\":1,\\"cmp_op\\":\\"$lte\\",\\"threshold\\":0.25}"}',
    action: hook('plain', null),
    misses: {
      'a value above it': (wandb) => logs(wandb, 'my-run-high', [0.26]),
      'a run of another name': (wandb) => logs(wandb, 'your-run', [0.1]),
    },
    when: 'a value is the threshold',
    happens: (wandb) => logs(wandb, 'my-run-low', [0.3, 0.25]),
    fires: 'RUN_METRIC my-run-low my-metric',
    body: '{}',
    report: [],
  },
  {
    name: 'change with one window',
    scope: 'project',
    eventType: 'RUN_METRIC_CHANGE',
    filter:
      '{"run_filter":"{\\"$and\\":[]}","run_metric_filter":{"change_filter":{"name":"my-metric","agg_op":"MAX","window_size":2,"change_dir":"INCREASE","change_type":"ABSOLUTE","change_amount":3}}}',
    action: hook('plain', '{"run":"${run_name}"}'),
    misses: {
      'a fall': (wandb) => logs(wandb, 'falling', [9, 9, 1, 1]),
      'a smaller rise': (wandb) => logs(wandb, 'rising', [1, 1, 3, 3.5]),
    },
    when: 'the greater of the last two is three more than that of the two before',
    happens: (wandb) => logs(wandb, 'leaping', [1, 1, 2, 4]),
    fires: 'RUN_METRIC_CHANGE leaping my-metric',
    body: '{"run":"leaping"}',
    report: [],
  },
  {
    name: 'link without a condition',
    scope: 'registry',
    eventType: 'LINK_MODEL',
    filter: '{"filter":{"$and":[]}}',
    action: hook('signed', JSON.stringify(EVERY_VARIABLE)),
    misses: {
      'an alias of a version that is linked already': ({ world, second, places }) =>
        world.addAlias(second, places.collection, 'production'),
      'a link to another registry': ({ world, second, portfolio }) => world.link(second, portfolio),
      'a new version in a project': ({ world, places }) => world.createVersion(places.sequence),
    },
    when: 'a version is linked',
    happens: ({ world, first, places, ada }) => world.link(first, places.collection, [], ada),
    fires: 'LINK_ARTIFACT test-collection:v1',
    body: ({ first }) =>
      `{"accuracy":"accuracy 0.91","alias":"[]","automation":"link without a condition","collection":"test-collection","index":"1","path":"acme_X7QK/wandb-registry-test-registry/test-collection:v1","tag":"[]","version":"wandb-artifact://_id/${globalId('Artifact', first.id)}","what":"LINK_ARTIFACT","where":"acme_X7QK/wandb-registry-test-registry","who":"ada"}`,
    report: [],
  },
]
