import type { MappingRecipe } from './recipe.js'

export const OCI: MappingRecipe = {
  id: 'oci',
  page: 'https://distribution.github.io/distribution/about/notifications/',
  place: { entity: 'registry' },
  expression: `/* Manifests alone: a tag is an alias, a manifest without one is a new version. */
body.events[action in ["push", "delete"] and ($exists(target.tag) or target.mediaType ~> /manifest|index/)].(
  $isDelete := action = "delete";
  $project := $split(target.repository, "/")[0];
  $isDelete and $not($exists(target.tag)) ? [] : {
    "event_type": $isDelete ? "REMOVE_ARTIFACT_ALIAS" : target.tag ? "ADD_ARTIFACT_ALIAS" : "CREATE_ARTIFACT",
    "event_id": id,
    "event_time": timestamp,
    "event_author": actor.name,
    "project_name": $project,
    "artifact_collection_name": target.repository,
    "artifact_version": target.digest,
    "artifact_version_string": request.host & "/" & target.repository & ":" & (target.tag ? target.tag : target.digest),
    "artifact_type": "image",
    "alias": target.tag,
    "artifact_metadata": {"url": target.url, "mediaType": target.mediaType, "digest": target.digest}
  }
)`,
  sample: {
    headers: { 'content-type': 'application/vnd.docker.distribution.events.v2+json' },
    body: {
      events: [
        {
          id: 'asdf-asdf-asdf-asdf-0',
          timestamp: '2006-01-02T15:04:05Z',
          action: 'push',
          target: {
            mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
            digest: 'sha256:fea8895f450959fa676bcc1df0611ea93823a735a01205fd8622846041d0c7cf',
            length: 1,
            repository: 'library/test',
            url: 'https://example.com/v2/library/test/manifests/sha256:c3b3692957d439ac1928219a83fac91e7bf96c153725526874673ae1f2023f8d5',
          },
          request: {
            id: 'asdfasdf',
            addr: 'client.local',
            host: 'registrycluster.local',
            method: 'PUT',
            useragent: 'test/0.1',
          },
          actor: { name: 'test-actor' },
          source: { addr: 'hostname.local:port' },
        },
        {
          id: 'asdf-asdf-asdf-asdf-1',
          timestamp: '2006-01-02T15:04:05Z',
          action: 'push',
          target: {
            mediaType: 'application/vnd.docker.container.image.rootfs.diff+x-gtar',
            digest: 'sha256:c3b3692957d439ac1928219a83fac91e7bf96c153725526874673ae1f2023f8d5',
            length: 2,
            repository: 'library/test',
            url: 'https://example.com/v2/library/test/blobs/sha256:c3b3692957d439ac1928219a83fac91e7bf96c153725526874673ae1f2023f8d5',
          },
          request: {
            id: 'asdfasdf',
            addr: 'client.local',
            host: 'registrycluster.local',
            method: 'PUT',
            useragent: 'test/0.1',
          },
          actor: { name: 'test-actor' },
          source: { addr: 'hostname.local:port' },
        },
      ],
    },
  },
}
