import { ends, hook, inWrap, type Sample } from './sample.mts'

/** The other events and scopes that W&B's form offers. */
export const FORM_SAMPLES: readonly Sample[] = [
  {
    name: 'failed runs of one user',
    scope: 'project',
    eventType: 'RUN_STATE',
    filter:
      '{"run_filter":"{\\"$and\\":[{\\"username\\":{\\"$eq\\":\\"ada\\"}}]}","run_state_filter":{"states":["FINISHED","FAILED"]}}',
    action: hook('plain', '{"run":"${run_name}","status":"${run_status}"}'),
    misses: {
      "somebody else's": (wandb) => ends(wandb, 'theirs', 'failed', { user: wandb.bob }),
      'one that goes on': ({ world, places, ada }) => world.addRun(places.project, ada, { displayName: 'going on' }),
    },
    when: 'a run of that user failed',
    happens: (wandb) => ends(wandb, 'hers', 'failed'),
    fires: 'RUN_STATE hers failed',
    body: '{"run":"hers","status":"failed"}',
    report: [
      'note: It waits for several states: W&B fires it once for a run in 24 hours, here it fires once for each of them.',
    ],
  },
  {
    name: 'new versions of a sequence',
    scope: 'sequence',
    eventType: 'CREATE_ARTIFACT',
    filter: inWrap(''),
    action: hook('plain', '{"path":"${artifact_version_string}"}'),
    misses: {
      'a version of another sequence': ({ version }) => version(),
      'an alias of an older version': ({ world, places }) => world.addAlias(places.logged, places.sequence, 'best'),
    },
    when: 'a version is made',
    happens: ({ world, places, ada }) => world.createVersion(places.sequence, { user: ada }),
    fires: 'CREATE_ARTIFACT test-sequence:v1',
    body: '{"path":"vision/test-project/test-sequence:v1"}',
    report: [],
  },
  {
    name: 'tags of the team',
    scope: 'team',
    eventType: 'ADD_ARTIFACT_TAG',
    filter: inWrap('{"tag":{"$regex":"^europe.*"}}'),
    action: hook('plain', '{"tag":"${tag}"}'),
    misses: {
      'another tag': ({ world, places }) => world.tag(places.logged, 'western-europe'),
      'the tag on a collection': ({ world, places }) => world.tagCollection(places.sequence, 'europe'),
    },
    when: 'a version in one of its projects gets such a tag',
    happens: ({ world, places }) => world.tag(places.logged, 'europe-west'),
    fires: 'ADD_ARTIFACT_TAG test-sequence:v0 europe-west',
    body: '{"tag":"europe-west"}',
    report: [],
  },
  {
    name: 'collection tags of the organization',
    scope: 'organization',
    eventType: 'REMOVE_COLLECTION_TAG',
    filter: inWrap('{"tag":{"$in":["nightly","weekly"]}}'),
    action: hook('plain', '{"collection":"${artifact_collection_name}","tag":"${tag}"}'),
    misses: {
      'another tag': ({ world, places }) => world.untagCollection(places.collection, 'daily'),
      'the tag being added': ({ world, places }) => world.tagCollection(places.neighbour, 'weekly'),
    },
    when: 'a collection of one of its registries loses such a tag',
    happens: ({ world, places }) => world.untagCollection(places.collection, 'nightly'),
    fires: 'REMOVE_COLLECTION_TAG test-collection nightly',
    body: '{"collection":"test-collection","tag":"nightly"}',
    report: [],
  },
  {
    name: 'secrets in the payload',
    scope: 'collection',
    eventType: 'ADD_ARTIFACT_ALIAS',
    filter: inWrap('{"alias":{"$ne":"latest"}},{"alias":{"$contains":"prod"}}'),
    action: hook('signed', '{"token":"${ACCESS_TOKEN}","variables":{"ALIAS":"${alias}","KEY":"${MY_KEY}"}}'),
    misses: {
      'an alias that is excepted': ({ world, first, places }) => world.link(first, places.collection),
      'an alias that only one condition fits': ({ world, first, places }) =>
        world.addAlias(first, places.collection, 'staging'),
    },
    when: 'an alias fits both conditions',
    happens: ({ world, second, places }) => world.addAlias(second, places.collection, 'eu-prod'),
    fires: 'ADD_ARTIFACT_ALIAS test-collection:v0 eu-prod',
    body: '{"token":"value of MY_TOKEN","variables":{"ALIAS":"eu-prod","KEY":"value of MY_KEY"}}',
    report: [
      'note: Its payload names MY_KEY: taken for secrets and granted to the webhook test-webhook. W&B leaves names that it does not know as they are.',
    ],
  },
]
