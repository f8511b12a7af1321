import type { MappingRecipe } from './recipe.js'

export const DATABRICKS: MappingRecipe = {
  id: 'databricks',
  page: 'https://docs.databricks.com/aws/en/mlflow/model-registry-webhooks',
  place: { entity: 'my-team', project: 'databricks' },
  expression: `/* Stages are aliases: one that is left is removed, one that is reached is added. */
(
  $common := {
    "event_time": $fromMillis(body.event_timestamp),
    "artifact_collection_name": body.model_name,
    "artifact_version": "models:/" & body.model_name & "/" & body.version,
    "artifact_version_index": $number(body.version),
    "artifact_type": "model",
    "artifact_metadata": {"text": body.text}
  };
  $id := body.webhook_id & "/" & body.event_timestamp & "/" & body.model_name & "/" & body.version & "/";
  $event := function($type, $word, $more) {
    $merge([$common, {"event_type": $type, "event_id": $id & $type & "/" & $word}, $more])
  };
  body.event = "MODEL_VERSION_CREATED" ? $event("LINK_ARTIFACT", "v" & body.version, {}) :
  body.event = "MODEL_VERSION_TRANSITIONED_STAGE" ? [
    body.from_stage[$ != "None"].$event("REMOVE_ARTIFACT_ALIAS", $, {"alias": $}),
    body.to_stage[$ != "None"].$event("ADD_ARTIFACT_ALIAS", $, {"alias": $})
  ] :
  body.event = "MODEL_VERSION_TAG_SET" ? body.tags.(
    $tag := key & "=" & value;
    $event("ADD_ARTIFACT_TAG", $tag, {"tag": $tag})
  )
)`,
  sample: {
    body: {
      event: 'MODEL_VERSION_TRANSITIONED_STAGE',
      webhook_id: 'c5596721253c4b429368cf6f4341b88a',
      event_timestamp: 1589859029343,
      model_name: 'Airline_Delay_SparkML',
      version: '8',
      to_stage: 'Production',
      from_stage: 'None',
      text: "Registered model 'someModel' version 8 transitioned from None to Production.",
    },
  },
}
