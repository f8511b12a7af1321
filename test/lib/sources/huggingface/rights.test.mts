import assert from 'node:assert/strict'
import { Secret } from '../../../../dist/lib/secrets/secret.js'
import { live } from '../../../../dist/lib/sources/huggingface/live.js'
import { parseAddressPolicy } from '../../../../dist/lib/webhook/address.js'
import { type HubAccount, type HubStandin, HubWorld, hubStandin, type Repo } from '../../../standin/hub/server.mts'
import { MemoryStore } from '../wandb/memory-store.mts'
import { brief, trigger, watching } from './watching.mts'

const TOKEN = 'hf_1'

describe('A token of the Hugging Face Hub', () => {
  let world: HubWorld
  let hub: HubStandin
  let watch: ReturnType<typeof watching>
  let key: string | undefined
  let secret: Repo
  let open: Repo
  beforeEach(async () => {
    world = new HubWorld()
    hub = await hubStandin(world, { token: TOKEN })
    key = TOKEN
    secret = world.create('acme/secret')
    secret.isPrivate = true
    world.tag(secret, 'v1')
    open = world.create('acme/open')
    watch = watching(hub.url, { key: () => key })
    assert.deepEqual(await watch.poll(), [])
  })
  afterEach(async () => {
    await watch.close()
    await hub.close()
  })

  const polls = async (count = 5) => {
    const told: string[] = []
    for (let poll = 0; poll < count; poll += 1) told.push(...brief(await watch.poll()))
    return told
  }

  it('that may not see a private repository any more tells no deletion, says so, and goes on with the others', async () => {
    hub.account = { role: 'fineGrained', roleInOrg: 'read', isEnterprise: false }
    hub.sees = () => false
    world.commit(open)
    assert.deepEqual(await polls(), ['CREATE_ARTIFACT acme/open'])
    assert.match(watch.skipped.get('acme/secret') ?? '', /private.*may not see it any more, or it is deleted/)
    const before = hub.requests.length
    await polls(5)
    assert.ok(hub.requests.length - before <= 20, 'it is asked for in turns, and no tags of it are')

    hub.sees = () => true
    world.commit(secret)
    world.tag(secret, 'v2')
    assert.deepEqual((await polls()).sort(), ['ADD_ARTIFACT_ALIAS acme/secret v2', 'CREATE_ARTIFACT acme/secret'])
    assert.equal(watch.skipped.size, 0, 'it is seen again')
  })

  it('that is taken away, with what was private watched as anybody, tells no deletion', async () => {
    key = undefined
    assert.deepEqual(await polls(), [])
    assert.match(watch.skipped.get('acme/secret') ?? '', /private/)
    world.delete(open)
    assert.deepEqual(await polls(), ['UNLINK_ARTIFACT acme/open'], 'what was public is gone')
  })

  it('that is revoked is said to be refused, and nothing is told, of what is listed and of what is named', async () => {
    key = 'hf_revoked'
    await assert.rejects(watch.poll(), { code: 'source_denied', statusText: 'API key refused' })
    const named = watching(hub.url, { key: () => key, triggers: [trigger({ entity: '', collection: 'acme/open' })] })
    key = TOKEN
    assert.deepEqual(await named.poll(), [])
    key = 'hf_revoked'
    await assert.rejects(named.poll(), { code: 'source_denied' })
    key = TOKEN
    assert.deepEqual(await named.poll(), [])
    await named.close()
  })

  it('that is revoked is said to be refused where a trigger names nobody, and to whoever tests the connection', async () => {
    key = 'hf_revoked'
    const own = watching(hub.url, { key: () => key, triggers: [trigger({ entity: '' })] })
    await assert.rejects(own.poll(), { code: 'source_denied', statusText: 'API key refused' })
    await own.close()
    const settings = { baseUrl: hub.url, interval: '30', entity: '', project: '', apiKey: 'x' }
    const registry = live.connect(settings, {
      apiKey: () => new Secret('hf_revoked'),
      addressPolicy: parseAddressPolicy('lan'),
      machineProxy: () => undefined,
    })
    const looked = registry.explore({ entity: '', project: '' }, AbortSignal.timeout(5_000))
    await assert.rejects(looked, { code: 'source_denied' })
    await registry.close()
  })

  it('that may not read a repository of a public name is told so, and it is not gone', async () => {
    hub.intercept = ({ url }, response) => {
      if (url?.startsWith('/api/models?')) return false
      response.writeHead(403, { 'X-Error-Code': 'DisabledRepo', 'Content-Type': 'application/json' }).end('{}')
      return true
    }
    world.repos.splice(world.repos.indexOf(open), 1)
    assert.deepEqual(await polls(), [])
    assert.match(watch.skipped.get('acme/open') ?? '', /may not read it any more/)
  })

  const ACCOUNTS: readonly (readonly [string, HubAccount, boolean])[] = [
    ['of a member', { role: 'read', roleInOrg: 'read', isEnterprise: false }, true],
    ['of an administrator', { role: 'write', roleInOrg: 'admin', isEnterprise: true }, true],
    [
      'of a member where resource groups may hide some',
      { role: 'read', roleInOrg: 'write', isEnterprise: true },
      false,
    ],
    ['that was given some rights only', { role: 'fineGrained', roleInOrg: 'admin', isEnterprise: false }, false],
  ]
  for (const [whose, account, knows] of ACCOUNTS) {
    it(`${whose} ${knows ? 'knows' : 'does not know'} of a private repository that it is deleted`, async () => {
      hub.account = account
      world.delete(secret)
      assert.deepEqual(
        (await polls()).sort(),
        knows ? ['REMOVE_ARTIFACT_ALIAS acme/secret v1', 'UNLINK_ARTIFACT acme/secret'] : [],
      )
      assert.equal(watch.skipped.has('acme/secret'), !knows)
    })
  }

  it('that lost its rights before a restart tells no deletion after it', async () => {
    const store = new MemoryStore()
    const first = watching(hub.url, { key: () => key, store })
    await first.poll()
    await first.close()
    hub.account = { role: 'fineGrained', roleInOrg: 'read', isEnterprise: false }
    hub.sees = () => false
    const second = watching(hub.url, { key: () => key, store })
    assert.deepEqual(await second.poll(), [])
    assert.ok(second.skipped.has('acme/secret'))
    await second.close()
  })

  it('is not needed to know of a public repository that it is deleted, nor of one that is named', async () => {
    key = undefined
    const named = watching(hub.url, { triggers: [trigger({ entity: '', collection: 'acme/open' })] })
    await named.poll()
    world.delete(open)
    assert.deepEqual(brief(await named.poll()), ['UNLINK_ARTIFACT acme/open'])
    await named.close()
  })
})
