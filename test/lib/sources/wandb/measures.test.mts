import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { acme } from '../../../standin/samples.mts'
import { type Standin, startStandin } from '../../../standin/server.mts'
import { runTrigger, trigger, watching } from './watching.mts'

interface Measure {
  readonly requests: number
  readonly events: number
  readonly ms: number
  /** MiB of the polling process. */
  readonly memory: number
}

const say = (text: string) => process.stdout.write(`      ${text}\n`)

describe('What watching costs', function () {
  this.timeout(300_000)

  it('one request a poll for each watched thing when nothing changed', async () => {
    for (const [title, triggers, things] of [
      [
        'the registries of an organization',
        [trigger('registry', { entity: 'acme' }), trigger('registry', { entity: 'acme', project: 'model' })],
        1,
      ],
      [
        'a project, its runs and their metrics',
        [
          trigger('project', { entity: 'vision', project: 'training' }),
          runTrigger({}),
          runTrigger({ event: 'RUN_METRIC', metric: 'loss', threshold: '1' }),
        ],
        1,
      ],
      ['an entity', [trigger('entity', { entity: 'vision' })], 1],
      ['an organization: its registries and its one team', [trigger('organization', { entity: 'acme' })], 2],
    ] as const) {
      const watch = await watching(triggers)
      try {
        watch.world.addRun(watch.project, watch.ada)
        const first = await watch.requestsOf(() => watch.poll())
        const requests = await watch.requestsOf(() => watch.poll())
        say(`${title}: ${first} requests at first, then ${requests} a poll`)
        assert.equal(requests, things)
        const commits = watch.store.commits.length
        await watch.poll()
        assert.equal(watch.store.commits.length, commits, 'nothing is written')
      } finally {
        await watch.close()
      }
    }
  })

  describe('of a project with 1,000 collections and 100,000 versions', () => {
    let standin: Standin
    let child: ChildProcess
    let folder: string
    const people = acme()

    before(async () => {
      const { world, project, ada } = people
      for (let collection = 0; collection < 1000; collection += 1) {
        const made = world.addCollection(project, `collection-${collection}`, collection % 2 ? 'PORTFOLIO' : 'SEQUENCE')
        if (made.kind === 'SEQUENCE') for (let version = 0; version < 100; version += 1) world.createVersion(made)
        else {
          const source = project.collections.get(`collection-${collection - 1}`)
          for (const { artifact } of [...(source?.memberships ?? [])]) world.link(artifact, made)
        }
      }
      standin = await startStandin({ world })
      folder = await mkdtemp(path.join(tmpdir(), 'wandb-measure-'))
      const script = path.join(import.meta.dirname, 'measuring-process.mts')
      child = fork(script, [standin.url, ada.keys[0] ?? '', path.join(folder, 'state.db')], {
        execArgv: ['--expose-gc'],
      })
    })
    after(async () => {
      child.kill()
      await standin.close()
      await rm(folder, { recursive: true, force: true })
    })

    const answer = async (): Promise<Measure> => (await once(child, 'message'))[0] as Measure
    const poll = async (): Promise<Measure> => {
      child.send('poll')
      return answer()
    }

    it('reads the baseline in a few requests a poll, in less than 100 MB, and sees a new version with at most 3 requests', async () => {
      const idle = (await answer()).memory
      const first = await poll()
      say(`first poll: ${first.requests} requests, ${first.ms} ms`)
      assert.ok(first.requests <= 20)
      let polls = 1
      let most = first
      for (;;) {
        const next = await poll()
        polls += 1
        if (next.memory > most.memory) most = next
        assert.ok(next.requests <= 7, 'a full listing is spread over many polls')
        assert.equal(next.events, 0)
        if (next.requests === 1) break
      }
      const sizes = await Promise.all(['state.db', 'state.db-wal'].map((name) => stat(path.join(folder, name))))
      const size = sizes.reduce((sum, each) => sum + each.size, 0)
      say(
        `all versions listed after ${polls} polls; ${idle} MiB idle, ${most.memory} MiB at most; ${(size / 2 ** 20).toFixed(1)} MiB of files`,
      )
      assert.ok(most.memory - idle <= 100, `${most.memory - idle} MiB above idle`)
      const { world, project } = people
      for (const name of ['collection-0', 'collection-500', 'collection-998']) {
        world.createVersion(project.collections.get(name) ?? assert.fail())
        const seen = await poll()
        say(`a new version in ${name}: seen by the next poll, ${seen.requests} requests, ${seen.ms} ms`)
        assert.equal(seen.events, 3, 'created, and latest moved')
        assert.ok(seen.requests <= 3)
      }
      const rest = await poll()
      say(`nothing new: ${rest.requests} request, ${rest.ms} ms`)
      assert.equal(rest.requests, 1)
    })
  })
})
