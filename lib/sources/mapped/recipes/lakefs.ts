import type { MappingRecipe } from './recipe.js'

export const LAKEFS: MappingRecipe = {
  id: 'lakefs',
  page: 'https://docs.lakefs.io/howto/hooks/webhooks.html',
  place: { entity: 'lakefs' },
  expression: `/* What has happened (post-…): a tag is an alias of its repository, a commit or merge a new version of its branch. */
(
  $type := $lookup({
    "post-create-tag": "ADD_ARTIFACT_ALIAS",
    "post-delete-tag": "REMOVE_ARTIFACT_ALIAS",
    "post-commit": "CREATE_ARTIFACT",
    "post-merge": "CREATE_ARTIFACT"
  }, body.event_type);
  $commit := body.commit_id ? body.commit_id : body.source_ref;
  $collection := body.tag_id ? body.repository_id : body.repository_id & "/" & body.branch_id;
  $type ? {
    "event_type": $type,
    "event_id": $join([body.event_type, body.repository_id, body.branch_id, body.tag_id, $commit, body.event_time], "/"),
    "event_time": body.event_time,
    "event_author": body.committer,
    "project_name": body.repository_id,
    "artifact_collection_name": $collection,
    "artifact_version": "lakefs://" & body.repository_id & "/" & $commit,
    "artifact_version_string": $collection & ":" & (body.tag_id ? body.tag_id : $commit),
    "artifact_type": "dataset",
    "alias": body.tag_id,
    "artifact_metadata": $merge([{"message": body.commit_message, "commit": $commit}, body.commit_metadata])
  } : null
)`,
  sample: {
    body: {
      event_type: 'post-merge',
      event_time: '2021-02-28T14:03:31Z',
      action_name: 'test action',
      hook_id: 'prevent_user_columns',
      repository_id: 'repo1',
      branch_id: 'feature-1',
      source_ref: 'feature-1',
      commit_message: 'merge commit message',
      commit_id: '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',
      committer: 'committer',
      commit_metadata: { key: 'value' },
    },
  },
}
