import type { Format } from './settings.js'

/** The Content-Type of examples that are not `application/json`. */
export const EXAMPLE_TYPES: Readonly<Partial<Record<Format, string>>> = { cloudevents: 'application/cloudevents+json' }

/** A message of each format as its registry sends it, to try a source with. Runs in the editor. */
export const EXAMPLE_BODIES: Readonly<Partial<Record<Format, object>>> = {
  event: {
    event_type: 'ADD_ARTIFACT_ALIAS',
    entity_name: 'my-team',
    project_name: 'wandb-registry-model',
    artifact_collection_name: 'cifar10-classifier',
    artifact_version_string: 'my-team/wandb-registry-model/cifar10-classifier:production',
    alias: 'production',
  },
  // mlflow.org, "Webhooks"
  mlflow: {
    entity: 'model_version_alias',
    action: 'created',
    timestamp: '2026-01-02T10:00:00Z',
    data: { name: 'cifar10-classifier', alias: 'production', version: '3' },
  },
  // github.com/cloudevents/spec, "HTTP Protocol Binding for CloudEvents 1.0", section 3.2
  cloudevents: {
    specversion: '1.0',
    id: 'e-1',
    source: '/training/jobs',
    type: 'com.example.model.promoted',
    datacontenttype: 'application/json',
    data: {
      event_type: 'ADD_ARTIFACT_ALIAS',
      entity_name: 'my-team',
      project_name: 'wandb-registry-model',
      artifact_collection_name: 'cifar10-classifier',
      alias: 'production',
    },
  },
  // huggingface.co/docs/hub/webhooks
  huggingface: {
    event: { action: 'update', scope: 'repo.content' },
    repo: { type: 'model', name: 'my-org/churn', id: '6366c000a2abcdf2fd69a080' },
    updatedRefs: [{ ref: 'refs/tags/production', oldSha: null, newSha: '575db8b7a51b6f85eb06eee540738584589f131c' }],
  },
}
