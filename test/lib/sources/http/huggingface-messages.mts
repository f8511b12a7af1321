/**
 * The Hub's messages, each kind that its documentation names (huggingface.co/docs/hub/webhooks). The documentation's
 * table of kinds is checked against these, too.
 */

const SHA = { old: 'ce9a4674fa833a68d5a73ec355f0ea95eedd60b7', new: '575db8b7a51b6f85eb06eee540738584589f131c' }

export const REPO = {
  type: 'model',
  name: 'some-user/some-repo',
  id: '6366c000a2abcdf2fd69a080',
  private: false,
  url: {
    web: 'https://huggingface.co/some-user/some-repo',
    api: 'https://huggingface.co/api/models/some-user/some-repo',
  },
  tags: ['license:other', 'has_space'],
  owner: { id: '61d2000c3c2083e1c08af22d' },
}

const DISCUSSION = {
  id: '639885d811ae2bad2b7ba461',
  title: 'Hello!',
  url: {
    web: 'https://huggingface.co/some-user/some-repo/discussions/3',
    api: 'https://huggingface.co/api/models/some-user/some-repo/discussions/3',
  },
  status: 'open',
  author: { id: '61d2000c3c2083e1c08af22d' },
  isPullRequest: true,
  changes: { base: 'refs/heads/main' },
  num: 3,
}

const COMMENT = {
  id: '6398872887bfcfb93a306f18',
  author: { id: '61d2000c3c2083e1c08af22d' },
  content: 'This adds an env key',
  hidden: false,
  url: { web: 'https://huggingface.co/some-user/some-repo/discussions/4#6398872887bfcfb93a306f18' },
}

/** A whole message of the Hub. */
export const message = (scope: string, action: string, more: object = {}) => ({
  event: { action, scope },
  // only events of the repository itself tell its head
  repo: scope.startsWith('repo') ? { ...REPO, headSha: 'c379e821c9c95d613899e8c4343e4bfee2b0c600' } : REPO,
  ...more,
  webhook: { id: '6390e855e30d9209411de93b', version: 3 },
})

/** A change of content that moved one branch or tag. */
export const moved = (ref: string, oldSha: string | null, newSha: string | null) =>
  message('repo.content', 'update', { updatedRefs: [{ ref, oldSha, newSha }] })

interface Kind {
  readonly scope: string
  readonly action: string
  /** What happened, as the documentation says it. */
  readonly what: string
  readonly body: object
  /** The event that it becomes; none when it is ignored. */
  readonly becomes?: string
}

const ignored = (scope: string, action: string, what: string, more: object = {}): Kind => ({
  scope,
  action,
  what,
  body: message(scope, action, more),
})

const content = (what: string, ref: string, oldSha: string | null, newSha: string | null, becomes?: string): Kind => ({
  scope: 'repo.content',
  action: 'update',
  what,
  body: moved(ref, oldSha, newSha),
  ...(becomes !== undefined && { becomes }),
})

export const KINDS: readonly Kind[] = [
  content('a commit on `refs/heads/main`', 'refs/heads/main', SHA.old, SHA.new, 'CREATE_ARTIFACT'),
  content('a new `refs/tags/<tag>`', 'refs/tags/test', null, SHA.new, 'ADD_ARTIFACT_ALIAS'),
  content('a moved `refs/tags/<tag>`', 'refs/tags/test', SHA.old, SHA.new, 'ADD_ARTIFACT_ALIAS'),
  content('a removed `refs/tags/<tag>`', 'refs/tags/test', SHA.old, null, 'REMOVE_ARTIFACT_ALIAS'),
  content('another branch', 'refs/heads/dev', SHA.old, SHA.new),
  content('`refs/heads/main` removed', 'refs/heads/main', SHA.old, null),
  content('a pull request', 'refs/pr/1', null, SHA.new),
  ignored('repo', 'create', 'a new repository'),
  ignored('repo', 'update', 'a repository changed'),
  ignored('repo', 'move', 'a repository has another name'),
  ignored('repo', 'delete', 'a repository is gone'),
  ignored('repo.config', 'update', 'a setting changed', { updatedConfig: { private: false } }),
  ignored('discussion', 'create', 'a new discussion or pull request', { discussion: DISCUSSION, comment: COMMENT }),
  ignored('discussion', 'update', 'its title or status changed, or it was merged', { discussion: DISCUSSION }),
  ignored('discussion', 'delete', 'it is gone', { discussion: DISCUSSION }),
  ignored('discussion.comment', 'create', 'a new comment', { discussion: DISCUSSION, comment: COMMENT }),
  ignored('discussion.comment', 'update', 'a comment changed, or is hidden', {
    discussion: DISCUSSION,
    comment: { ...COMMENT, hidden: true },
  }),
]
