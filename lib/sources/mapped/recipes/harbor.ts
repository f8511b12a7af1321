import type { MappingRecipe } from './recipe.js'

export const HARBOR: MappingRecipe = {
  id: 'harbor',
  page: 'https://goharbor.io/docs/latest/working-with-projects/project-configuration/configure-webhooks/',
  place: { entity: 'harbor' },
  expression: `/* Tags are aliases. Harbor's formats Default and CloudEvents. */
(
  $data := cloudevent ? body : body.specversion ? body.data : body.event_data;
  $type := cloudevent ? cloudevent.type : body.type;
  $isPush := $type in ["PUSH_ARTIFACT", "harbor.artifact.pushed"];
  $isDelete := $type in ["DELETE_ARTIFACT", "harbor.artifact.deleted"];
  $repository := $data.repository;
  $time := body.occur_at ? $fromMillis(body.occur_at * 1000) : body.time;
  $data.resources[$isPush or ($isDelete and $exists(tag))].{
    "event_type": $isDelete ? "REMOVE_ARTIFACT_ALIAS" : tag ? "ADD_ARTIFACT_ALIAS" : "CREATE_ARTIFACT",
    "event_id": $type & "/" & $time & "/" & digest & "/" & tag,
    "event_time": $time,
    "event_author": cloudevent ? cloudevent.operator : $$.body.operator,
    "project_name": $repository.namespace,
    "artifact_collection_name": $repository.repo_full_name,
    "artifact_version": digest,
    "artifact_version_string": resource_url,
    "artifact_type": "image",
    "alias": tag,
    "artifact_metadata": {"url": resource_url, "digest": digest, "visibility": $repository.repo_type}
  }
)`,
  sample: {
    body: {
      type: 'PUSH_ARTIFACT',
      occur_at: 1586922308,
      operator: 'admin',
      event_data: {
        resources: [
          {
            digest: 'sha256:8a9e9863dbb6e10edb5adfe917c00da84e1700fa76e7ed02476aa6e6fb8ee0d8',
            tag: 'latest',
            resource_url: 'hub.harbor.com/test-webhook/debian:latest',
          },
        ],
        repository: {
          date_created: 1586922308,
          name: 'debian',
          namespace: 'test-webhook',
          repo_full_name: 'test-webhook/debian',
          repo_type: 'private',
        },
      },
    },
  },
}
