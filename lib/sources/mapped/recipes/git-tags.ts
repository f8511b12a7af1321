import type { MappingRecipe } from './recipe.js'

export const GIT_TAGS: MappingRecipe = {
  id: 'git-tags',
  page: 'https://docs.github.com/en/webhooks/webhook-events-and-payloads#create',
  place: {},
  expression: `/* GitHub's create and delete, GitLab's tag_push. Tags of GTO: model@v1.2.0 is a version, model#prod#1 a stage,
   model#prod!#2 the end of one (dvc.org/doc/gto); any other tag is an alias of the repository. */
(
  $isGitLab := body.object_kind = "tag_push";
  $kind := headers.\`x-github-event\` ? headers.\`x-github-event\` : $exists(body.master_branch) ? "create" : "";
  $isTag := $isGitLab or (body.ref_type = "tag" and $kind in ["create", "delete"]);
  $isGone := $isGitLab ? $contains(body.after, /^0+$/) : $kind = "delete";
  $tag := $replace(body.ref, /^refs\\/tags\\//, "");
  $path := $isGitLab ? body.project.path_with_namespace : body.repository.full_name;
  $repository := $split($path, "/")[-1];
  $owner := $substringBefore($path, "/" & $repository);
  $version := $match($tag, /^(.+)@(v?[0-9][^@#!]*)$/).groups;
  $stage := $match($tag, /^([^#]+)#([^#!]+)(!?)(#[0-9]+)?$/).groups;
  $name := $version ? $version[0] : $stage ? $stage[0] : $repository;
  $alias := $stage ? $stage[1] : $tag;
  $type := $version ? ($isGone ? "UNLINK_ARTIFACT" : "LINK_ARTIFACT") :
    $isGone or $stage[2] = "!" ? "REMOVE_ARTIFACT_ALIAS" : "ADD_ARTIFACT_ALIAS";
  $isTag ? {
    "event_type": $type,
    "event_author": $isGitLab ? (body.user_username ? body.user_username : body.user_name) : body.sender.login,
    "entity_name": $owner,
    "project_name": $repository,
    "artifact_collection_name": $name,
    "artifact_version": ($isGitLab ? body.project.web_url & "/-/tree/" : body.repository.html_url & "/tree/") & $tag,
    "artifact_version_string": $owner & "/" & $repository & "/" & $name & ":" & ($version ? $version[1] : $alias),
    "alias": $version ? null : $alias,
    "artifact_metadata": {"git_tag": $tag, "commit": body.checkout_sha}
  } : null
)`,
  sample: {
    headers: { 'x-github-event': 'create', 'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958' },
    // octokit/webhooks, payload-examples/api.github.com/create/payload.json, without most of its addresses
    body: {
      ref: 'simple-tag',
      ref_type: 'tag',
      master_branch: 'master',
      description: null,
      pusher_type: 'user',
      repository: {
        id: 186853002,
        name: 'Hello-World',
        full_name: 'Codertocat/Hello-World',
        private: false,
        owner: { login: 'Codertocat', id: 21031067 },
        html_url: 'https://github.com/Codertocat/Hello-World',
        pushed_at: '2019-05-15T15:20:56Z',
        default_branch: 'master',
      },
      sender: { login: 'Codertocat', id: 21031067, type: 'User' },
    },
  },
}
