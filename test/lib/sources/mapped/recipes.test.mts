import assert from 'node:assert/strict'
import { MAPPING_RECIPES } from '../../../../dist/lib/sources/mapped/recipes/recipes.js'
import { readByMapping } from './mapped.mts'

type Fields = Record<string, unknown>

// biome-ignore lint/suspicious/noExplicitAny: samples have the forms that their services gave them
type Sample = any

interface Row {
  readonly what: string
  /** Changes to the recipe's own sample, which is the one that the service publishes; or a whole other one. */
  readonly change?: (body: Sample) => unknown
  readonly headers?: Record<string, string>
  /** Some of the fields of the events, in order. */
  readonly becomes: readonly Fields[]
}

/** A copy of a sample with members of an inner object set. */
const within = (path: string, change: Fields) => (body: Fields) => {
  const copy = structuredClone(body)
  const inner = path.split('.').reduce((parent, step) => parent[step] as Fields, copy)
  Object.assign(inner, change)
  return copy
}

const HARBOR_EVENT = {
  entity_name: 'harbor',
  project_name: 'test-webhook',
  artifact_collection_name: 'test-webhook/debian',
}
const DIGEST = 'sha256:8a9e9863dbb6e10edb5adfe917c00da84e1700fa76e7ed02476aa6e6fb8ee0d8'
const ABALONE = {
  event_id: '844e2571-85d4-695f-b930-0153b71dcb42',
  event_time: '2021-02-24T17:00:14Z',
  entity_name: '123456789012',
  project_name: 'sagemaker',
  artifact_collection_name: 'versionedmp-p-idy6c3e1fiqj',
  artifact_version: 'arn:aws:sagemaker:us-east-2:123456789012:model-package/versionedmp-p-idy6c3e1fiqj/2',
  artifact_version_index: 2,
}
const CHURN = { entity_name: 'test-project', project_name: 'vertex-ai', artifact_collection_name: 'churn' }

const GITLAB = {
  // docs.gitlab.com, "Webhook events", Tag events
  object_kind: 'tag_push',
  event_name: 'tag_push',
  before: '0000000000000000000000000000000000000000',
  after: '82b3d5ae55f7080f1e6022629cdb57bfae7cccc7',
  ref: 'refs/tags/v1.0.0',
  checkout_sha: '82b3d5ae55f7080f1e6022629cdb57bfae7cccc7',
  user_id: 1,
  user_name: 'John Smith',
  project_id: 1,
  project: {
    id: 1,
    name: 'Example',
    web_url: 'http://example.com/jsmith/example',
    namespace: 'Jsmith',
    path_with_namespace: 'jsmith/example',
    default_branch: 'master',
  },
  commits: [],
  total_commits_count: 0,
}

/** Of a model's life, by recipe. */
const TABLE: Readonly<Record<string, readonly Row[]>> = {
  sagemaker: [
    {
      what: 'a version that was rejected',
      becomes: [{ ...ABALONE, event_type: 'ADD_ARTIFACT_ALIAS', alias: 'Rejected' }],
    },
    {
      what: 'a version that was approved',
      change: within('detail', { ModelApprovalStatus: 'Approved' }),
      becomes: [
        {
          event_type: 'ADD_ARTIFACT_ALIAS',
          alias: 'Approved',
          artifact_version_string: '123456789012/sagemaker/versionedmp-p-idy6c3e1fiqj:Approved',
        },
      ],
    },
    {
      what: 'a new version',
      change: within('detail', { ModelApprovalStatus: 'PendingManualApproval' }),
      becomes: [
        {
          ...ABALONE,
          event_type: 'LINK_ARTIFACT',
          alias: undefined,
          artifact_version_string: '123456789012/sagemaker/versionedmp-p-idy6c3e1fiqj:v2',
        },
      ],
    },
    { what: 'one that is not ready yet', change: within('detail', { ModelPackageStatus: 'InProgress' }), becomes: [] },
    {
      what: 'a training job',
      change: (body) => ({ ...body, 'detail-type': 'SageMaker Training Job State Change' }),
      becomes: [],
    },
  ],
  'azure-ml': [
    {
      what: "a registered model, in Event Grid's schema",
      becomes: [
        {
          event_type: 'LINK_ARTIFACT',
          event_id: '831e1650-001e-001b-66ab-eeb76e069631',
          event_time: '2017-06-26T18:41:00.9584103Z',
          entity_name: '{resource-group-name}',
          project_name: '{workspace-name}',
          artifact_collection_name: 'sklearn_regression_model',
          artifact_version_index: 20,
          artifact_metadata: { tags: { area: 'diabetes', type: 'regression' }, properties: { type: 'test' } },
        },
      ],
    },
    {
      what: 'a registered model, as a CloudEvent',
      change: ([event]: Sample) => {
        const { topic, eventType, eventTime, dataVersion: _d, metadataVersion: _m, ...rest } = event
        return [{ ...rest, source: topic, type: eventType, time: eventTime, specversion: '1.0' }]
      },
      becomes: [{ event_type: 'LINK_ARTIFACT', artifact_collection_name: 'sklearn_regression_model' }],
    },
    {
      what: 'a run whose status changed',
      change: ([event]: Sample) => [
        {
          ...event,
          eventType: 'Microsoft.MachineLearningServices.RunStatusChanged',
          data: {
            experimentId: '0fa9dfaa-cba3-4fa7-b590-23e48548f5c1',
            experimentName: 'automl-local-regression',
            runId: 'AutoML_ad912b2d-6467-4f32-a616-dbe4af6dd8fc_5',
            runStatus: 'failed',
          },
        },
      ],
      becomes: [{ event_type: 'RUN_STATE', run_state: 'failed', run_name: 'automl-local-regression' }],
    },
    {
      what: 'a model that was deployed',
      change: ([event]: Sample) => [{ ...event, eventType: 'Microsoft.MachineLearningServices.ModelDeployed' }],
      becomes: [],
    },
  ],
  'vertex-ai': [
    {
      what: 'aliases that were moved',
      becomes: [
        {
          ...CHURN,
          event_type: 'ADD_ARTIFACT_ALIAS',
          event_id: '9frck8cf9j/production',
          alias: 'production',
          event_author: 'robot@test-project.iam.gserviceaccount.com',
          artifact_version_index: 3,
        },
        { ...CHURN, event_type: 'REMOVE_ARTIFACT_ALIAS', event_id: '9frck8cf9j/-staging', alias: 'staging' },
      ],
    },
    {
      what: 'the same by a Pub/Sub push (cloud.google.com/pubsub/docs/push)',
      change: (body) => ({
        message: {
          attributes: { key: 'value' },
          data: Buffer.from(JSON.stringify(body)).toString('base64'),
          messageId: '2070443601311540',
          publishTime: '2021-02-26T19:13:55.749Z',
        },
        subscription: 'projects/myproject/subscriptions/mysubscription',
      }),
      becomes: [{ ...CHURN, alias: 'production' }, { alias: 'staging' }],
    },
    {
      what: 'a version that was uploaded',
      change: within('protoPayload', {
        methodName: 'google.cloud.aiplatform.v1.ModelService.UploadModel',
        request: { model: { displayName: 'churn' } },
        response: { model: 'projects/1/locations/us-central1/models/4567', modelVersionId: '2' },
      }),
      becomes: [{ ...CHURN, event_type: 'LINK_ARTIFACT', artifact_version_index: 2 }],
    },
    {
      what: 'what another service logged, as googleapis/google-cloudevents has it',
      change: within('protoPayload', {
        serviceName: 'pubsub.googleapis.com',
        methodName: 'google.pubsub.v1.Publisher.CreateTopic',
        request: { name: 'projects/test-project/topics/test-auditlogs-source' },
      }),
      becomes: [],
    },
  ],
  databricks: [
    {
      what: 'a stage that was reached',
      becomes: [
        {
          event_type: 'ADD_ARTIFACT_ALIAS',
          alias: 'Production',
          artifact_collection_name: 'Airline_Delay_SparkML',
          artifact_version_index: 8,
          event_time: '2020-05-19T03:30:29.343Z',
        },
      ],
    },
    {
      what: 'a stage that was left for another',
      change: (body) => ({ ...body, from_stage: 'Staging' }),
      becomes: [
        { event_type: 'REMOVE_ARTIFACT_ALIAS', alias: 'Staging' },
        { event_type: 'ADD_ARTIFACT_ALIAS', alias: 'Production' },
      ],
    },
    {
      what: 'tags that were set',
      change: ({ to_stage: _t, from_stage: _f, ...body }) => ({
        ...body,
        event: 'MODEL_VERSION_TAG_SET',
        tags: [
          { key: 'key1', value: 'value1' },
          { key: 'key2', value: 'value2' },
        ],
      }),
      becomes: [
        { event_type: 'ADD_ARTIFACT_TAG', tag: 'key1=value1' },
        { event_type: 'ADD_ARTIFACT_TAG', tag: 'key2=value2' },
      ],
    },
    {
      what: 'a new version',
      change: (body) => ({ ...body, event: 'MODEL_VERSION_CREATED' }),
      becomes: [{ event_type: 'LINK_ARTIFACT', artifact_version: 'models:/Airline_Delay_SparkML/8' }],
    },
    {
      what: 'a comment',
      change: (body) => ({ ...body, event: 'COMMENT_CREATED', comment: 'Raw text content of the comment' }),
      becomes: [],
    },
  ],
  harbor: [
    {
      what: 'a tag that was pushed',
      becomes: [
        {
          ...HARBOR_EVENT,
          event_type: 'ADD_ARTIFACT_ALIAS',
          event_time: '2020-04-15T03:45:08.000Z',
          event_author: 'admin',
          alias: 'latest',
          artifact_version: DIGEST,
          artifact_version_string: 'hub.harbor.com/test-webhook/debian:latest',
        },
      ],
    },
    {
      what: 'the same in the format CloudEvents',
      // goharbor.io, "Configure Webhook Notifications", payload format CloudEvents
      change: ({ event_data, operator }) => ({
        specversion: '1.0',
        requestid: '2eedfab8-61d3-4f3c-8ec3-8f82d1ec4c84',
        id: '4b2f89a6-548d-4c12-9993-a1f5790b97d2',
        source: '/projects/1/webhook/policies/3',
        type: 'harbor.artifact.pushed',
        datacontenttype: 'application/json',
        time: '2023-04-03T06:30:21Z',
        operator,
        data: event_data,
      }),
      becomes: [{ ...HARBOR_EVENT, event_type: 'ADD_ARTIFACT_ALIAS', alias: 'latest', event_author: 'admin' }],
    },
    {
      what: 'a tag that was deleted',
      change: (body) => ({ ...body, type: 'DELETE_ARTIFACT' }),
      becomes: [{ ...HARBOR_EVENT, event_type: 'REMOVE_ARTIFACT_ALIAS', alias: 'latest' }],
    },
    {
      what: 'an artifact without a tag',
      change: within('event_data', { resources: [{ digest: DIGEST, resource_url: `hub.harbor.com/x@${DIGEST}` }] }),
      becomes: [{ ...HARBOR_EVENT, event_type: 'CREATE_ARTIFACT', alias: undefined }],
    },
    { what: 'a pull', change: (body) => ({ ...body, type: 'PULL_ARTIFACT' }), becomes: [] },
  ],
  oci: [
    {
      what: 'a manifest that was pushed, and a layer of it',
      becomes: [
        {
          event_type: 'CREATE_ARTIFACT',
          event_id: 'asdf-asdf-asdf-asdf-0',
          event_time: '2006-01-02T15:04:05Z',
          event_author: 'test-actor',
          project_name: 'library',
          artifact_collection_name: 'library/test',
        },
      ],
    },
    {
      what: 'a tag that was pushed, and one that was deleted',
      change: ({ events }: Sample) => ({
        events: [
          { ...events[0], target: { ...events[0].target, tag: 'latest' } },
          { ...events[1], action: 'delete', target: { repository: 'library/test', tag: 'old' } },
        ],
      }),
      becomes: [
        { event_type: 'ADD_ARTIFACT_ALIAS', alias: 'latest' },
        { event_type: 'REMOVE_ARTIFACT_ALIAS', alias: 'old' },
      ],
    },
    {
      what: 'a manifest that was pulled',
      change: ({ events }: Sample) => ({ events: [{ ...events[0], action: 'pull' }] }),
      becomes: [],
    },
    {
      what: 'a manifest that was deleted, by its digest',
      change: ({ events }: Sample) => ({
        events: [{ ...events[0], action: 'delete', target: { digest: 'sha256:d89e', repository: 'library/test' } }],
      }),
      becomes: [],
    },
  ],
  artifactory: [
    {
      what: 'a tag that was pushed',
      becomes: [
        {
          event_type: 'ADD_ARTIFACT_ALIAS',
          project_name: 'docker-remote-cache',
          artifact_collection_name: 'library/ubuntu',
          alias: 'latest',
          event_author: 'user@example.com',
          artifact_version: 'sha256:35c4a2c15539c6c1e4e5fa4e554dac323ad0107d8eb5c582d6ff386b383b7dce',
        },
      ],
    },
    {
      what: 'a tag that was deleted',
      change: (body) => ({ ...body, event_type: 'deleted' }),
      becomes: [{ event_type: 'REMOVE_ARTIFACT_ALIAS', alias: 'latest' }],
    },
    {
      what: 'a file that was deployed',
      change: () => ({
        domain: 'artifact',
        event_type: 'deployed',
        data: {
          repo_key: 'sample_repo',
          path: 'sample_dir/sample.txt',
          name: 'sample.txt',
          sha256: 'sample_checksum',
          size: 0,
        },
        subscription_key: 'test',
        jpd_origin: 'https://<your_origin>',
        source: 'jfrog/<your_source>',
      }),
      becomes: [{ event_type: 'CREATE_ARTIFACT', artifact_collection_name: 'sample_dir/sample.txt' }],
    },
    { what: 'a build', change: () => ({ domain: 'build', event_type: 'uploaded', data: {} }), becomes: [] },
  ],
  'git-tags': [
    {
      what: "GitHub's new tag",
      becomes: [
        {
          event_type: 'ADD_ARTIFACT_ALIAS',
          entity_name: 'Codertocat',
          project_name: 'Hello-World',
          artifact_collection_name: 'Hello-World',
          alias: 'simple-tag',
          event_author: 'Codertocat',
          artifact_version: 'https://github.com/Codertocat/Hello-World/tree/simple-tag',
        },
      ],
    },
    {
      what: "GitHub's removed tag",
      change: ({ master_branch: _m, ...body }) => body,
      headers: { 'x-github-event': 'delete' },
      becomes: [{ event_type: 'REMOVE_ARTIFACT_ALIAS', alias: 'simple-tag' }],
    },
    { what: "GitHub's new branch", change: (body) => ({ ...body, ref_type: 'branch' }), becomes: [] },
    {
      what: "GitLab's new tag",
      change: () => GITLAB,
      becomes: [
        {
          event_type: 'ADD_ARTIFACT_ALIAS',
          entity_name: 'jsmith',
          project_name: 'example',
          alias: 'v1.0.0',
          event_author: 'John Smith',
        },
      ],
    },
    {
      what: "GitLab's removed tag",
      change: () => ({ ...GITLAB, before: GITLAB.after, after: GITLAB.before }),
      becomes: [{ event_type: 'REMOVE_ARTIFACT_ALIAS', alias: 'v1.0.0' }],
    },
    // dvc.org/doc/gto, "Git tags format"
    {
      what: 'a version of GTO',
      change: () => ({ ...GITLAB, ref: 'refs/tags/churn@v0.1.0' }),
      becomes: [
        {
          event_type: 'LINK_ARTIFACT',
          artifact_collection_name: 'churn',
          artifact_version_string: 'jsmith/example/churn:v0.1.0',
        },
      ],
    },
    {
      what: 'a stage of GTO',
      change: (body) => ({ ...body, ref: 'churn#prod#3' }),
      becomes: [{ event_type: 'ADD_ARTIFACT_ALIAS', artifact_collection_name: 'churn', alias: 'prod' }],
    },
    {
      what: 'the end of a stage of GTO',
      change: (body) => ({ ...body, ref: 'churn#dev!#4' }),
      becomes: [{ event_type: 'REMOVE_ARTIFACT_ALIAS', artifact_collection_name: 'churn', alias: 'dev' }],
    },
  ],
  lakefs: [
    {
      what: 'a merge',
      becomes: [
        {
          event_type: 'CREATE_ARTIFACT',
          project_name: 'repo1',
          artifact_collection_name: 'repo1/feature-1',
          event_author: 'committer',
          event_time: '2021-02-28T14:03:31Z',
          artifact_version: 'lakefs://repo1/5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',
        },
      ],
    },
    {
      what: 'what is about to happen, the page’s own example',
      change: (body) => ({ ...body, event_type: 'pre-merge' }),
      becomes: [],
    },
    {
      // treeverse/lakeFS, esti/hooks_validation_data.go: the fields of its own system test
      what: 'a tag',
      change: () => ({
        event_type: 'post-create-tag',
        event_time: '2021-02-28T14:03:31Z',
        action_name: 'Test Post Create Tag',
        hook_id: 'test_webhook',
        repository_id: 'repo1',
        source_ref: '5891b5b5',
        tag_id: 'v1',
        commit_id: '5891b5b5',
      }),
      becomes: [{ event_type: 'ADD_ARTIFACT_ALIAS', artifact_collection_name: 'repo1', alias: 'v1' }],
    },
  ],
  comet: [
    {
      what: 'stages',
      becomes: [
        {
          event_type: 'ADD_ARTIFACT_ALIAS',
          entity_name: 'a-team-name',
          artifact_collection_name: 'some-registry-model name',
          alias: 'staging',
        },
        { event_type: 'ADD_ARTIFACT_ALIAS', alias: 'production' },
      ],
    },
    {
      what: 'a version without stages',
      change: ({ stages: _s, ...body }) => body,
      becomes: [
        { event_type: 'LINK_ARTIFACT', artifact_version_string: 'a-team-name/comet/some-registry-model name:2.3.42' },
      ],
    },
  ],
}

describe('mappings to choose from', () => {
  it('are each proven on what its service publishes', () => {
    assert.deepEqual(
      MAPPING_RECIPES.map(({ id }) => id),
      Object.keys(TABLE),
    )
  })

  for (const { id, expression, sample, place, page } of MAPPING_RECIPES) {
    for (const { what, change, headers, becomes } of TABLE[id] ?? []) {
      it(`${id}: ${what}`, async () => {
        const body = change ? change(structuredClone(sample.body)) : sample.body
        const posted = { body, headers: { ...sample.headers, ...headers } }
        const { events, ignored } = await readByMapping(expression, posted, place)
        const shown = events.map((event, index) =>
          Object.fromEntries(Object.keys(becomes[index] ?? {}).map((name) => [name, event[name]])),
        )
        assert.deepEqual(shown, becomes)
        assert.equal(ignored, becomes.length === 0 ? 1 : 0)
      })
    }

    it(`${id}: anything else is nothing, and no failure`, async () => {
      for (const body of [{}, { hello: 'world' }, [], [1], null, 7, 'text']) {
        assert.deepEqual(
          (await readByMapping(expression, { body }, { entity: 'e', project: 'p', ...place })).events,
          [],
        )
      }
      assert.ok(page.startsWith('https://'))
    })
  }
})
