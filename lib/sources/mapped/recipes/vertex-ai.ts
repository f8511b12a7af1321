import type { MappingRecipe } from './recipe.js'

export const VERTEX_AI: MappingRecipe = {
  id: 'vertex-ai',
  page: 'https://cloud.google.com/eventarc/docs/cloudevents',
  place: { project: 'vertex-ai' },
  expression: `/* Audit logs of Vertex AI, by Eventarc or by a Pub/Sub subscription that pushes what a log sink wrote. */
(
  $log := body.message.data ? $parseJson($decodeBase64(body.message.data)) : body;
  $audit := $log.protoPayload;
  $method := $split($audit.methodName, ".")[-1];
  $project := $split($log.logName, "/")[1];
  $path := $audit.response.model ? $audit.response.model : $audit.request.name ? $audit.request.name : $audit.resourceName;
  $id := $split($split($path, "/")[-1], "@")[0];
  $version := $audit.response.modelVersionId ? $audit.response.modelVersionId : $split($path, "@")[1];
  $name := $audit.request.model.displayName ? $audit.request.model.displayName : $id;
  $common := {
    "event_time": $log.timestamp,
    "event_author": $audit.authenticationInfo.principalEmail,
    "entity_name": $project,
    "artifact_collection_name": $name,
    "artifact_version": "//aiplatform.googleapis.com/" & $path,
    "artifact_version_index": $version ? $number($version) : null,
    "artifact_type": "model",
    "artifact_metadata": {"resource": $path, "labels": $audit.request.model.labels}
  };
  $audit.serviceName != "aiplatform.googleapis.com" ? null :
  $method = "UploadModel" and ($log.operation.last or $not($exists($log.operation))) ? $merge([$common, {
    "event_type": "LINK_ARTIFACT",
    "event_id": $log.insertId,
    "artifact_version_string": $project & "/vertex-ai/" & $name & ":v" & ($version ? $version : "1")
  }]) :
  $method = "MergeVersionAliases" ? $audit.request.versionAliases.(
    $alias := $replace($, /^-/, "");
    $merge([$common, {
      "event_type": $substring($, 0, 1) = "-" ? "REMOVE_ARTIFACT_ALIAS" : "ADD_ARTIFACT_ALIAS",
      "event_id": $log.insertId & "/" & $,
      "alias": $alias,
      "artifact_version_string": $project & "/vertex-ai/" & $name & ":" & $alias
    }])
  )
)`,
  sample: {
    // in the form of googleapis/google-cloudevents, testdata/google/events/cloud/audit/v1/LogEntryData-pubsubCreateTopic.json
    body: {
      insertId: '9frck8cf9j',
      logName: 'projects/test-project/logs/cloudaudit.googleapis.com%2Factivity',
      protoPayload: {
        '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
        authenticationInfo: { principalEmail: 'robot@test-project.iam.gserviceaccount.com' },
        methodName: 'google.cloud.aiplatform.v1.ModelService.MergeVersionAliases',
        request: {
          '@type': 'type.googleapis.com/google.cloud.aiplatform.v1.MergeVersionAliasesRequest',
          name: 'projects/test-project/locations/us-central1/models/churn@3',
          versionAliases: ['production', '-staging'],
        },
        resourceName: 'projects/test-project/locations/us-central1/models/churn',
        serviceName: 'aiplatform.googleapis.com',
      },
      receiveTimestamp: '2020-06-30T16:14:48.401489148Z',
      resource: { labels: { project_id: 'test-project' }, type: 'audited_resource' },
      severity: 'NOTICE',
      timestamp: '2020-06-30T16:14:47.593398572Z',
    },
  },
}
