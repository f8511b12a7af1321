import assert from 'node:assert/strict'
import type { Scope } from '../../../../dist/lib/automations/trigger.js'
import type { WatchTrigger } from '../../../../dist/lib/automations/watch-trigger.js'
import { acme } from '../../../standin/samples.mts'
import { brief, runTrigger, trigger, type Watching, watching } from './watching.mts'

/** A trigger for states of runs in a scope without a project. */
function runsIn(scope: Scope, entity: string): WatchTrigger {
  const { trigger: settings, run } = runTrigger({ event: 'RUN_STATE' })
  return { trigger: { ...settings, scope, entity, project: '' }, run }
}

/** The sample company with a team that has no project yet. */
function withTeam() {
  const people = acme()
  people.world.addEntity('nlp', { members: [people.ada], organization: people.organization })
  return people
}

describe('What is made after the watch began', () => {
  let watch: Watching
  afterEach(() => watch.close())

  it('a project of an entity whose runs are watched is watched from its first run on, at no request of its own', async () => {
    watch = await watching([runsIn('entity', 'vision')])
    await watch.poll()
    assert.equal(await watch.requestsOf(() => watch.poll()), 1)
    const project = watch.world.addProject(watch.team, 'brand-new')
    const run = watch.world.addRun(project, watch.ada, { displayName: 'first' })
    assert.deepEqual(brief(await watch.poll()), ['RUN_STATE first running'])
    watch.world.runState(run, 'failed')
    assert.deepEqual(brief(await watch.poll()), ['RUN_STATE first failed'])
    assert.equal(await watch.requestsOf(() => watch.poll()), 2)
  })

  it('the first project of an entity is found, too', async () => {
    watch = await watching([runsIn('entity', 'nlp')], { people: withTeam() })
    assert.deepEqual(await watch.poll(), [])
    const team = watch.world.entities.find(({ name }) => name === 'nlp') ?? assert.fail()
    const project = watch.world.addProject(team, 'first')
    const run = watch.world.addRun(project, watch.ada, { displayName: 'first' })
    await watch.poll()
    watch.world.runState(run, 'finished')
    assert.deepEqual(brief(await watch.poll()), ['RUN_STATE first finished'])
  })

  it('a team of an organization is watched, its runs too', async () => {
    watch = await watching([trigger('organization', { entity: 'acme' }), runsIn('organization', 'acme')])
    await watch.poll()
    const team = watch.world.addEntity('nlp', { members: [watch.ada], organization: watch.organization })
    await watch.poll()
    const project = watch.world.addProject(team, 'translation')
    const sequence = watch.world.addCollection(project, 'mt5', 'SEQUENCE')
    watch.world.createVersion(sequence, { user: watch.ada })
    watch.world.addRun(project, watch.ada, { displayName: 'first' })
    assert.deepEqual(brief(await watch.poll()).sort(), [
      'ADD_ARTIFACT_ALIAS mt5:v0 latest',
      'CREATE_ARTIFACT mt5:v0',
      'RUN_STATE first running',
    ])
    assert.deepEqual(await watch.poll(), [])
  })

  it('a project that a trigger named before it was there is watched from its first run and version on', async () => {
    const { trigger: settings, run } = runTrigger({ event: 'RUN_STATE' })
    watch = await watching([
      trigger('project', { entity: 'vision', project: 'later' }),
      { trigger: { ...settings, project: 'later' }, run },
    ])
    await assert.rejects(watch.poll(), { code: 'source_not_found' })
    const project = watch.world.addProject(watch.team, 'later')
    watch.world.createVersion(watch.world.addCollection(project, 'model', 'SEQUENCE'), { user: watch.ada })
    watch.world.runState(watch.world.addRun(project, watch.ada, { displayName: 'short' }), 'finished')
    assert.deepEqual(brief(await watch.poll()).sort(), [
      'ADD_ARTIFACT_ALIAS model:v0 latest',
      'CREATE_ARTIFACT model:v0',
      'RUN_STATE short finished',
    ])
    assert.deepEqual(await watch.poll(), [])
  })

  it('fires nothing for what was there before a trigger that comes later', async () => {
    const { trigger: settings, run } = runTrigger({ event: 'RUN_STATE' })
    const versions = trigger('project', { entity: 'vision', project: 'later' })
    watch = await watching([versions])
    await assert.rejects(watch.poll(), { code: 'source_not_found' })
    const project = watch.world.addProject(watch.team, 'later')
    await watch.poll()
    watch.world.runState(watch.world.addRun(project, watch.ada), 'failed')
    await watch.poll()
    watch.poller.setTriggers([versions, { trigger: { ...settings, project: 'later' }, run }])
    assert.deepEqual(await watch.poll(), [])
  })

  it('a project that was there and only becomes visible fires nothing for what is old', async () => {
    watch = await watching([runsIn('entity', 'vision')])
    const project = watch.world.addProject(watch.team, 'secret')
    project.hiddenFrom.add(watch.ada)
    const going = watch.world.addRun(project, watch.ada, { displayName: 'going on' })
    watch.world.addRun(project, watch.ada, { displayName: 'old', state: 'failed' })
    watch.world.pass(5000)
    await watch.poll()
    await watch.poll()
    project.hiddenFrom.delete(watch.ada)
    assert.deepEqual(await watch.poll(), [])
    watch.world.runState(going, 'finished')
    assert.deepEqual(brief(await watch.poll()), ['RUN_STATE going on finished'])
  })

  it('begins with a baseline like everything else after it was not watched for a while', async () => {
    const wanted = [runsIn('entity', 'vision')]
    watch = await watching(wanted)
    await watch.poll()
    await watch.poll()
    const project = watch.world.addProject(watch.team, 'brand-new')
    watch.world.addRun(project, watch.ada, { displayName: 'first' })
    assert.deepEqual(brief(await watch.poll()), ['RUN_STATE first running'])
    watch.poller.setTriggers([])
    await watch.poll()
    watch.world.addRun(project, watch.ada, { displayName: 'second' })
    watch.poller.setTriggers(wanted)
    assert.deepEqual(await watch.poll(), [])
  })

  it('is looked for only where nobody named the place', async () => {
    watch = await watching([trigger('project', { entity: 'vision', project: 'training' }), runTrigger({})])
    await watch.poll()
    await watch.poll()
    const polls = watch.standin.requests.filter(({ operation }) => operation === 'WatchPoll')
    assert.deepEqual(
      polls.filter(({ query }) => /viewer|models/.test(query)),
      [],
    )
  })
})
