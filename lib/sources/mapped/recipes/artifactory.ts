import type { MappingRecipe } from './recipe.js'

export const ARTIFACTORY: MappingRecipe = {
  id: 'artifactory',
  page: 'https://jfrog.com/help/r/jfrog-platform-administration-documentation/event-types',
  place: { entity: 'jfrog' },
  expression: `/* Tags of images are aliases, and a file that is deployed is a new version of its path. */
(
  $action := body.domain & "." & body.event_type;
  $collection := body.data.image_name ? body.data.image_name : body.data.path;
  $type := $lookup({
    "docker.pushed": "ADD_ARTIFACT_ALIAS",
    "docker.promoted": "ADD_ARTIFACT_ALIAS",
    "docker.deleted": "REMOVE_ARTIFACT_ALIAS",
    "artifact.deployed": "CREATE_ARTIFACT"
  }, $action);
  $type ? {
    "event_type": $type,
    "event_author": $replace($string(body.source), /^.*\\//, ""),
    "project_name": body.data.repo_key,
    "artifact_collection_name": $collection,
    "artifact_version": "sha256:" & body.data.sha256,
    "artifact_version_string": body.data.repo_key & "/" & $collection & (body.data.tag ? ":" & body.data.tag : ""),
    "artifact_type": body.domain = "docker" ? "image" : "file",
    "alias": body.data.tag,
    "artifact_metadata": {
      "path": body.data.path,
      "size": body.data.size,
      "sha256": body.data.sha256,
      "platforms": [body.data.platforms],
      "origin": body.jpd_origin
    }
  } : null
)`,
  sample: {
    body: {
      domain: 'docker',
      event_type: 'pushed',
      data: {
        repo_key: 'docker-remote-cache',
        event_type: 'pushed',
        path: 'library/ubuntu/latest/list.manifest.json',
        name: 'list.manifest.json',
        sha256: '35c4a2c15539c6c1e4e5fa4e554dac323ad0107d8eb5c582d6ff386b383b7dce',
        size: 1206,
        image_name: 'library/ubuntu',
        tag: 'latest',
        platforms: [
          { architecture: 'amd64', os: 'linux' },
          { architecture: 'arm64', os: 'linux' },
        ],
      },
      subscription_key: 'test',
      jpd_origin: 'https://example.jfrog.io',
      source: 'jfrog/user@example.com',
    },
  },
}
