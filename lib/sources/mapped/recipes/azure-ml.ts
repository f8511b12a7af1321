import type { MappingRecipe } from './recipe.js'

const WORKSPACE =
  '/subscriptions/{subscription-id}/resourceGroups/{resource-group-name}/providers/Microsoft.MachineLearningServices/workspaces/{workspace-name}'

export const AZURE_ML: MappingRecipe = {
  id: 'azure-ml',
  page: 'https://learn.microsoft.com/azure/event-grid/event-schema-machine-learning',
  place: {},
  expression: `/* Event Grid's own schema and CloudEvents; the entity is the resource group, the project the workspace. */
(
  $all := cloudevent ? [$merge([cloudevent, {"data": body}])] : [body];
  $all.(
    $type := $replace(eventType ? eventType : type, "Microsoft.MachineLearningServices.", "");
    $place := $split(topic ? topic : source, "/");
    $model := data.ModelName ? data.ModelName : data.modelName;
    $version := data.ModelVersion ? data.ModelVersion : data.modelVersion;
    $common := {
      "event_id": id,
      "event_time": eventTime ? eventTime : time,
      "entity_name": $place[4],
      "project_name": $place[8]
    };
    $type = "ModelRegistered" ? $merge([$common, {
      "event_type": "LINK_ARTIFACT",
      "artifact_collection_name": $model,
      "artifact_version": "azureml:" & $model & ":" & $version,
      "artifact_version_string": $place[4] & "/" & $place[8] & "/" & $model & ":v" & $version,
      "artifact_version_index": $number($version),
      "artifact_type": "model",
      "artifact_metadata": {
        "tags": data.ModelTags ? data.ModelTags : data.modelTags,
        "properties": data.ModelProperties ? data.ModelProperties : data.modelProperties
      }
    }]) :
    $type in ["RunCompleted", "RunStatusChanged"] ? $merge([$common, {
      "event_type": "RUN_STATE",
      "run_id": data.runId,
      "run_name": data.experimentName,
      "run_state": data.runStatus ? $lowercase(data.runStatus) : "finished"
    }])
  )
)`,
  sample: {
    body: [
      {
        topic: WORKSPACE,
        subject: 'models/sklearn_regression_model:20',
        eventType: 'Microsoft.MachineLearningServices.ModelRegistered',
        eventTime: '2017-06-26T18:41:00.9584103Z',
        id: '831e1650-001e-001b-66ab-eeb76e069631',
        data: {
          ModelName: 'sklearn_regression_model',
          ModelVersion: 20,
          ModelTags: { area: 'diabetes', type: 'regression' },
          ModelProperties: { type: 'test' },
        },
        dataVersion: '',
        metadataVersion: '1',
      },
    ],
  },
}
