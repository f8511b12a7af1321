import assert from 'node:assert/strict'
import { brief, trigger, type Watching, watching } from './watching.mts'

describe('A key of W&B that may not see something any more', () => {
  let watch: Watching
  const TRIGGERS = [trigger('registry'), trigger('project', { entity: 'vision', project: 'training' })]

  const polls = async (count: number) => {
    const told: string[] = []
    for (let poll = 0; poll < count; poll += 1) {
      // of what has a name in a trigger it is said that it cannot be seen
      const events = await watch.poll().catch((error: Error & { code: string }) => {
        assert.equal(error.code, 'source_not_found')
        return []
      })
      told.push(...brief(events))
    }
    return told
  }

  beforeEach(async () => {
    watch = await watching(TRIGGERS)
    const { world, ada, portfolio, sequence, first, second } = watch
    world.addAlias(first, portfolio, 'production', ada)
    world.addAlias(second, sequence, 'best', ada)
    world.tag(first, 'checked')
    world.tagCollection(portfolio, 'vision')
    await polls(3)
  })
  afterEach(() => watch.close())

  for (const [what, hide, show] of [
    [
      'the project whose versions are linked',
      ({ project, ada }: Watching) => project.hiddenFrom.add(ada),
      ({ project, ada }: Watching) => project.hiddenFrom.delete(ada),
    ],
    [
      'the registry',
      ({ model, ada }: Watching) => model.hiddenFrom.add(ada),
      ({ model, ada }: Watching) => model.hiddenFrom.delete(ada),
    ],
    [
      'the team, as one of another account',
      ({ team, ada }: Watching) => team.members.delete(ada),
      ({ team, ada }: Watching) => team.members.add(ada),
    ],
    [
      'the organization’s registries, as one of another account',
      ({ model, ada }: Watching) => model.entity.members.delete(ada),
      ({ model, ada }: Watching) => model.entity.members.add(ada),
    ],
  ] as const) {
    it(`tells no deletion: ${what}; and what really happened when it sees it again`, async () => {
      hide(watch)
      assert.deepEqual(await polls(3), [])
      watch.restart()
      assert.deepEqual(await polls(3), [])
      show(watch)
      // which organizations there are is asked anew once a day
      watch.world.pass(25 * 3_600_000)
      assert.deepEqual(await polls(3), [])
      watch.world.unlink(watch.first, watch.portfolio, watch.ada)
      assert.ok((await polls(3)).includes('UNLINK_ARTIFACT classifier:v0'))
    })
  }
})
