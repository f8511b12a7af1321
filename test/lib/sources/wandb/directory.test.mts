import assert from 'node:assert/strict'
import { readCollectionNames, readDirectory, readProjects } from '../../../../dist/lib/sources/wandb/directory.js'
import { type Watching, watching } from './watching.mts'

describe('What an API key can see', () => {
  let watch: Watching
  beforeEach(async () => {
    watch = await watching([])
  })
  afterEach(() => watch.close())

  it('is its user, the teams and the organizations with the entities of their registries', async () => {
    assert.deepEqual(await readDirectory(watch.client), {
      username: 'ada',
      organizations: [{ name: 'acme', entity: 'acme_X7QK' }],
      entities: [
        { name: 'vision', organization: 'acme' },
        { name: 'ada', organization: '' },
      ],
    })
  })

  it('is the projects of an entity, more than a page of them, and the collections of a project', async () => {
    for (let count = 0; count < 210; count += 1) watch.world.addProject(watch.team, `p${count}`)
    assert.equal((await readProjects(watch.client, 'vision')).length, 211)
    assert.deepEqual(await readProjects(watch.client, 'acme_X7QK'), ['wandb-registry-dataset', 'wandb-registry-model'])
    assert.deepEqual(await readCollectionNames(watch.client, { entity: 'vision', project: 'training' }), ['resnet'])
  })

  it('is nothing of what its user may not see', async () => {
    watch.project.hiddenFrom.add(watch.ada)
    assert.deepEqual(await readProjects(watch.client, 'vision'), [])
    assert.deepEqual(await readCollectionNames(watch.client, { entity: 'vision', project: 'training' }), [])
    assert.deepEqual(await readProjects(watch.client, 'bob'), [])
  })

  it('is asked with the key as HTTP Basic, which never shows in an error', async () => {
    await readDirectory(watch.client)
    const key = watch.ada.keys[0] ?? assert.fail()
    assert.equal(watch.standin.requests.at(-1)?.authorization, `Basic ${Buffer.from(`api:${key}`).toString('base64')}`)
    watch.ada.keys[0] = 'rotated'
    watch.standin.faults.next({ kind: 'status', status: 401, body: 'no' })
    await assert.rejects(readDirectory(watch.client), (error: Error) => !error.message.includes('rotated'))
  })
})
