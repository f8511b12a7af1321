import assert from 'node:assert/strict'
import type { PollerOptions } from '../../../../dist/lib/sources/wandb/poller.js'
import type { WatchStatus } from '../../../../dist/lib/sources/watch/status.js'
import { acme } from '../../../standin/samples.mts'
import { brief, runTrigger, trigger, type Watching, watching } from './watching.mts'

/** Timers that fire when a test says so. */
class Timers {
  pending: { callback: () => void; ms: number } | null = null

  /** In how many milliseconds the one fires that is set. */
  get ms(): number | undefined {
    return this.pending?.ms
  }

  readonly set = (callback: () => void, ms: number) => {
    this.pending = { callback, ms }
    return this.pending
  }

  readonly clear = (timer: unknown) => {
    if (this.pending === timer) this.pending = null
  }

  fire(): void {
    const { callback } = this.pending ?? assert.fail('no timer is set')
    this.pending = null
    callback()
  }
}

const registry = trigger('registry', { project: 'model', events: ['ADD_ARTIFACT_ALIAS'] })

describe('The poller of a W&B source', () => {
  let watch: Watching
  let timers: Timers
  let given: string[]
  let next: (status: WatchStatus) => void
  beforeEach(async () => {
    timers = new Timers()
    given = []
    const options: Partial<PollerOptions> = {
      timers,
      onEvents: (events) => given.push(...brief(events)),
      onStatus: (status) => next(status),
    }
    next = () => {}
    watch = await watching([registry], { poller: options })
  })
  afterEach(async () => {
    await watch.poller.stop()
    await watch.close()
  })

  /** Lets the poll that is due happen; gives the status after it. */
  const turn = (): Promise<WatchStatus> =>
    new Promise((resolve) => {
      next = resolve
      timers.fire()
    })

  it('polls at once, then at most an interval later, and says in its status what it does', async () => {
    const statuses: WatchStatus[] = []
    next = (status) => statuses.push(status)
    watch.poller.start()
    assert.deepEqual([statuses[0]?.kind, timers.pending?.ms], ['starting', 0])
    const status = await turn()
    assert.deepEqual(
      [status.kind, status.targets, status.lastPoll, status.error],
      ['watching', 1, watch.world.now, null],
    )
    assert.equal(timers.pending?.ms, 28_500)
    watch.world.addAlias(watch.first, watch.portfolio, 'production')
    await turn()
    assert.deepEqual(given, ['ADD_ARTIFACT_ALIAS classifier:v0 production'])
  })

  it('says what fails, keeps the time of the last good poll, and waits longer each time', async () => {
    watch.poller.start()
    const good = (await turn()).lastPoll
    watch.world.pass(30_000)
    watch.standin.faults.next({ kind: 'status', status: 503 }, { kind: 'status', status: 503 })
    const first = await turn()
    assert.deepEqual([first.kind, first.lastPoll, first.error?.code], ['failing', good, 'source_unavailable'])
    assert.equal(timers.pending?.ms, 30_000)
    await turn()
    assert.equal(timers.pending?.ms, 60_000)
    assert.equal((await turn()).kind, 'watching')
    assert.equal(timers.pending?.ms, 28_500)
  })

  it('waits as long as Retry-After and the rate headers say', async () => {
    watch.poller.start()
    await turn()
    watch.standin.faults.next({ kind: 'status', status: 429, headers: { 'retry-after': '3600' } })
    await turn()
    assert.equal(timers.pending?.ms, 3_600_000)
    watch.poller.setTriggers([registry, trigger('project', { entity: 'vision', project: 'training' })])
    assert.equal(timers.pending?.ms, 3_600_000, 'new triggers do not shorten it')
    watch.world.pass(3_600_000)
    watch.standin.faults.next({ kind: 'headers', headers: { 'ratelimit-remaining': '0', 'ratelimit-reset': '500' } })
    await turn()
    assert.equal(timers.pending?.ms, 500_000)
  })

  it('looks at new triggers at once', async () => {
    watch.poller.start()
    await turn()
    watch.poller.setTriggers([registry, trigger('project', { entity: 'vision', project: 'training' })])
    assert.equal(timers.pending?.ms, 0)
    assert.equal((await turn()).targets, 2)
    watch.poller.setTriggers([])
    const idle = await turn()
    assert.deepEqual([idle.kind, idle.targets], ['idle', 0])
    assert.deepEqual([...watch.store.parts.keys()], ['server'], 'what is watched no longer is forgotten')
  })

  it('looks at triggers that are new while it polls right after that, and never polls twice at a time', async () => {
    watch.poller.start()
    await turn()
    const over = turn()
    watch.poller.setTriggers([registry, trigger('project', { entity: 'vision', project: 'training' })])
    assert.equal(timers.ms, undefined)
    await over
    assert.equal(timers.ms, 0)
    assert.equal((await turn()).targets, 2)
    assert.equal(timers.ms, 28_500)
  })

  it('does nothing more after it was stopped, though an answer is still to come', async () => {
    watch.poller.start()
    await turn()
    const statuses: WatchStatus[] = []
    next = (status) => statuses.push(status)
    watch.standin.faults.next({ kind: 'silent' })
    timers.fire()
    await watch.poller.stop()
    assert.equal(timers.pending, null)
    assert.deepEqual(statuses, [])
  })

  it('goes on with the other things when one cannot be found', async () => {
    watch.poller.setTriggers([trigger('project', { entity: 'vision', project: 'gone' }), registry])
    watch.poller.start()
    await turn()
    watch.world.addAlias(watch.first, watch.portfolio, 'production')
    const status = await turn()
    assert.match(status.error?.message ?? '', /W&B knows no vision\/gone/)
    assert.deepEqual(given, ['ADD_ARTIFACT_ALIAS classifier:v0 production'])
  })

  it('stores nothing when somebody else has polled meanwhile, and begins with what they stored', async () => {
    watch.poller.start()
    await turn()
    watch.world.addAlias(watch.first, watch.portfolio, 'production')
    watch.store.revision += 1
    const status = await turn()
    assert.equal(status.kind, 'failing')
    assert.deepEqual(given, [])
    await turn()
    assert.deepEqual(given, ['ADD_ARTIFACT_ALIAS classifier:v0 production'])
  })

  it('gives events only after they are stored, and none when the store fails', async () => {
    watch.poller.start()
    await turn()
    watch.world.addAlias(watch.first, watch.portfolio, 'production')
    watch.store.on = (moment) => {
      if (moment === 'before') throw new Error('disk full')
    }
    assert.match((await turn()).error?.message ?? '', /disk full/)
    assert.deepEqual([given, watch.store.events], [[], []])
    watch.store.on = () => {}
    await turn()
    assert.deepEqual(given, ['ADD_ARTIFACT_ALIAS classifier:v0 production'])
  })

  it('begins anew with another server: what has the same ids there is something else', async () => {
    const wanted = [trigger('registry', { entity: 'acme', project: 'model' }), runTrigger({ event: 'RUN_STATE' })]
    const first = await watching(wanted)
    const people = acme()
    people.world.addAlias(people.first, people.portfolio, 'elsewhere')
    people.world.addRun(people.project, people.ada)
    const { store } = first
    const second = await watching(wanted, { people, poller: { store, appUrl: 'https://another.example.com' } })
    try {
      await first.poll()
      for (let count = 0; count < 2; count += 1) await second.poller.poll()
      assert.deepEqual(store.events, [])
      people.world.addAlias(people.first, people.portfolio, 'production')
      await second.poller.poll()
      assert.deepEqual(brief(store.events), ['ADD_ARTIFACT_ALIAS classifier:v0 production'])
    } finally {
      await first.close()
      await second.close()
    }
  })

  it('#69 begins the round of pages anew when the server refuses a cursor', async () => {
    watch.poller.setTriggers([trigger('project', { entity: 'vision', project: 'training' })])
    for (let count = 0; count < 250; count += 1) watch.world.addCollection(watch.project, `c${count}`, 'SEQUENCE')
    watch.poller.start()
    for (let count = 0; count < 3; count += 1) await turn()
    watch.standin.before = ({ variables }) => {
      if (typeof variables['rollingAfter'] === 'string') Object.assign(variables, { rollingAfter: 'expired' })
    }
    const failing = await turn()
    assert.match(failing.error?.message ?? '', /invalid cursor/)
    assert.equal((await turn()).kind, 'watching')
  })

  it('#69 loses nothing when the server’s clock is set back', async () => {
    watch.poller.setTriggers([
      trigger('project', { entity: 'vision', project: 'training' }),
      runTrigger({ states: ['failed'] }),
    ])
    watch.world.pass(3_600_000)
    watch.world.addRun(watch.project, watch.ada)
    watch.poller.start()
    await turn()
    watch.world.pass(-3_600_000)
    await turn()
    watch.world.createVersion(watch.world.addCollection(watch.project, 'bert', 'SEQUENCE'))
    watch.world.addRun(watch.project, watch.ada, { displayName: 'fox', state: 'failed' })
    given.length = 0
    await turn()
    assert.deepEqual(given.sort(), [
      'ADD_ARTIFACT_ALIAS bert:v0 latest',
      'CREATE_ARTIFACT bert:v0',
      'RUN_STATE fox failed',
    ])
  })

  it('says which organization it cannot see, and keeps its pace for the others', async () => {
    watch.poller.setTriggers([registry, trigger('organization', { entity: 'acne' })])
    watch.poller.start()
    for (let count = 0; count < 5; count += 1) {
      const { kind, error } = await turn()
      assert.deepEqual([kind, error?.code, error?.statusText], ['failing', 'source_not_found', 'acne not found'])
      assert.match(error?.message ?? '', /it sees: acme/)
      assert.ok((timers.pending?.ms ?? Number.NaN) <= 30_000)
    }
    watch.world.addAlias(watch.first, watch.portfolio, 'production')
    await turn()
    assert.deepEqual(given, ['ADD_ARTIFACT_ALIAS classifier:v0 production'])
  })
})
