import type { MappingRecipe } from './recipe.js'

export const COMET: MappingRecipe = {
  id: 'comet',
  page: 'https://www.comet.com/docs/v2/guides/model-management/webhooks/',
  place: { project: 'comet' },
  expression: `/* A stage is an alias of the version that reached it; a version without stages is a new one. */
(
  $common := {
    "entity_name": body.workspaceName,
    "artifact_collection_name": body.registryModelName,
    "artifact_version": "comet:" & body.workspaceName & "/" & body.registryModelName & ":" & body.version,
    "artifact_type": "model",
    "artifact_metadata": {"version": body.version, "stages": [body.stages], "event": body.event}
  };
  $place := body.workspaceName & "/comet/" & body.registryModelName & ":";
  body.stages ? body.stages.$merge([$common, {
    "event_type": "ADD_ARTIFACT_ALIAS",
    "alias": $,
    "artifact_version_string": $place & $
  }]) : body.registryModelName ? $merge([$common, {
    "event_type": "LINK_ARTIFACT",
    "artifact_version_string": $place & body.version
  }])
)`,
  sample: {
    body: {
      workspaceName: 'a-team-name',
      registryModelName: 'some-registry-model name',
      version: '2.3.42',
      stages: ['staging', 'production'],
    },
  },
}
