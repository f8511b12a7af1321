import assert from 'node:assert/strict'
import { HubWorld, hubStandin } from '../standin/hub/server.mts'
import { type Python, pythonWith, run } from './python.mts'

const HUB = 'huggingface_hub==2.4.0'

const python: Python | Error = await pythonWith('hub', [HUB]).catch((error: Error) => error)

/** What the watch asks, asked by the Hub's own client. */
const ASKS = `
import json, sys
from huggingface_hub import HfApi
api = HfApi(endpoint=sys.argv[1], token="hf_1")
out = {"who": api.whoami()["name"]}
out["models"] = [[m.id, m.sha] for m in api.list_models(author="acme", sort="last_modified", expand=["sha", "lastModified", "tags"])]
out["datasets"] = [d.id for d in api.list_datasets(author="acme")]
refs = api.list_repo_refs("acme/churn")
out["refs"] = [[b.name, b.target_commit] for b in refs.branches] + [[t.name, t.target_commit] for t in refs.tags]
out["commits"] = [c.commit_id for c in api.list_repo_commits("acme/churn")]
out["info"] = api.model_info("acme/churn").sha
try:
    api.model_info("acme/none")
except Exception as error:
    out["none"] = type(error).__name__
def of(call):
    try:
        return call()
    except Exception as error:
        return [type(error).__name__, error.response.status_code]
out["moved"] = of(lambda: api.model_info("acme/old").id)
out["private"] = of(lambda: api.model_info("acme/private").private)
anybody = HfApi(endpoint=sys.argv[1], token=False)
out["anybody"] = [of(lambda: anybody.model_info(name).id) for name in ("acme/churn", "acme/private", "acme/none")]
out["revoked"] = of(lambda: HfApi(endpoint=sys.argv[1], token="hf_2").model_info("acme/churn"))
print(json.dumps(out))
`

describe('The stand-in for the Hugging Face Hub', function () {
  this.timeout(120_000)
  if (!(python instanceof Error) && 'absent' in python) {
    it(`NOT RUN with ${HUB}: ${python.absent}`)
    return
  }

  it('serves the Hub’s own client what the watch asks for', async () => {
    if (python instanceof Error) throw python
    assert.ok('binary' in python)
    const world = new HubWorld()
    for (let count = 0; count < 5; count += 1) world.create(`acme/model-${count}`)
    world.create('acme/data', 'dataset')
    const churn = world.create('acme/churn')
    world.commit(churn)
    world.tag(churn, 'v1')
    world.rename(world.create('acme/old'), 'acme/new')
    world.create('acme/private').isPrivate = true
    const hub = await hubStandin(world, { token: 'hf_1', page: 2 })
    try {
      const { code, stdout, stderr } = await run(python.binary, ['-c', ASKS, hub.url])
      assert.equal(code, 0, stderr)
      const sha = churn.commits.at(-1)?.id
      const { models, ...rest } = JSON.parse(stdout)
      assert.equal(models.length, 8)
      assert.ok(models.some(([id, at]: string[]) => id === 'acme/churn' && at === sha))
      assert.deepEqual(rest, {
        who: 'ada',
        datasets: ['acme/data'],
        refs: [
          ['main', sha],
          ['v1', sha],
        ],
        commits: churn.commits.map(({ id }) => id).toReversed(),
        info: sha,
        none: 'RepositoryNotFoundError',
        moved: 'acme/new',
        private: true,
        // what is private is not told apart from what is not there
        anybody: ['acme/churn', ['RepositoryNotFoundError', 401], ['RepositoryNotFoundError', 401]],
        revoked: ['HfHubHTTPError', 401],
      })
    } finally {
      await hub.close()
    }
  })
})
