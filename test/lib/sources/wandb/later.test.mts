import assert from 'node:assert/strict'
import { readAutomations } from '../../../../dist/lib/sources/wandb/automations/read.js'
import { readDirectory } from '../../../../dist/lib/sources/wandb/directory.js'
import { importAutomations } from '../../../../dist/lib/sources/wandb/import-automations.js'
import { aliasFilter, ids, ofType } from './flows.mts'
import { brief, runTrigger, trigger, type Watching, watching } from './watching.mts'

const FUTURE = { server: { schema: { future: true, guessed: true } } }

describe('What W&B adds after this was written', () => {
  let watch: Watching
  afterEach(() => watch.close())

  async function imported() {
    const automations = await readAutomations(watch.client, await readDirectory(watch.client))
    const { flow, report } = importAutomations(automations, { source: 'source', newId: ids() })
    const triggers = ofType(flow, 'artifact-event')
    return {
      triggers: Object.fromEntries(triggers.map((node) => [node['name'], node['d'] !== true])),
      said: report.map(({ automation, severity, message }) => `${severity}: ${automation}: ${message}`),
    }
  }

  it('is told of one automation in words, and the others are imported', async () => {
    watch = await watching([], FUTURE)
    const { world, team, project } = watch
    const plain = { eventType: 'ADD_ARTIFACT_ALIAS', filter: aliasFilter(), action: { kind: 'no-op' } } as const
    const integration = { id: 900, kind: 'later' } as const
    world.addTrigger(project, { ...plain, name: 'a scope', later: ['scope'] })
    world.addTrigger(project, { ...plain, name: 'a condition', later: ['condition'] })
    world.addTrigger(project, { ...plain, name: 'an event', eventType: 'LATER_EVENT', filter: 7 })
    world.addTrigger(project, { ...plain, name: 'an action', action: { kind: 'later' } })
    const hook = { kind: 'webhook', integration, payload: '{}' } as const
    world.addTrigger(project, { ...plain, name: 'somewhere to post to', action: hook })
    const told = { kind: 'slack', integration, title: 'T', message: 'M', severity: null } as const
    world.addTrigger(project, { ...plain, name: 'somewhere to tell', action: told })
    const known = world.addWebhook(team, 'hook', 'https://example.com', { accessTokenRef: 'TOKEN' })
    world.addTrigger(project, { ...plain, name: 'known', action: { ...hook, integration: known } })
    const { triggers, said } = await imported()
    assert.deepEqual(triggers, {
      'a scope': false,
      'a condition': false,
      'an event': false,
      'an action': true,
      'somewhere to post to': true,
      'somewhere to tell': true,
      known: true,
    })
    assert.deepEqual(said, [
      'missing: a scope: It is disabled: its scope is of a kind that is not known here, LaterScope.',
      'note: a scope: It does nothing in W&B either: only the trigger was laid out.',
      "missing: a condition: It is disabled: W&B's event LaterTriggeringCondition has no counterpart here.",
      'note: a condition: It does nothing in W&B either: only the trigger was laid out.',
      'missing: an action: Its action, LaterTriggeredAction, cannot be carried over: only the trigger was laid out.',
      "missing: an event: It is disabled: W&B's event LATER_EVENT has no counterpart here.",
      'note: an event: It does nothing in W&B either: only the trigger was laid out.',
      'missing: somewhere to post to: Its action, a webhook of a kind that is not known here (LaterIntegration), cannot be carried over: only the trigger was laid out.',
      'missing: somewhere to tell: Its action, a message to something that is not known here (LaterIntegration), cannot be carried over: only the trigger was laid out.',
    ])
  })

  it('or leaves out of its answers is told likewise', async () => {
    watch = await watching([], FUTURE)
    const known = { __typename: 'Project', name: 'training' }
    const event = { __typename: 'FilterEventTriggeringCondition', eventType: 'LINK_MODEL', filter: '{}' }
    const action = { __typename: 'NoOpTriggeredAction' }
    const hook = { __typename: 'GenericWebhookTriggeredAction', integration: null, requestPayload: null }
    const nodes = [
      { id: '1', name: 'no project', scope: { __typename: 'Project', name: null }, event, action },
      { id: '2', name: 'nothing', scope: null, event: null, action: null },
      { id: '3', name: 'gone', enabled: true, scope: known, event, action: hook },
      { id: '4', name: 'known', enabled: true, scope: known, event, action },
      { id: null, name: null, enabled: true, scope: known, event, action },
      null,
    ]
    const body = JSON.stringify({
      data: { scope: { triggers: { pageInfo: { hasNextPage: false }, edges: nodes.map((node) => ({ node })) } } },
    })
    watch.standin.before = ({ operation, variables }) => {
      if (operation === 'ImportEntityAutomations' && variables['entity'] === 'vision')
        watch.standin.faults.next({ kind: 'status', status: 200, body })
    }
    const { triggers, said } = await imported()
    assert.deepEqual(triggers, {
      'no project': false,
      nothing: false,
      gone: true,
      known: true,
      'automation without a name': true,
    })
    assert.match(said.join('\n'), /missing: no project: It is disabled: its scope cannot be read/)
    assert.match(said.join('\n'), /missing: nothing: It is disabled: its scope cannot be read/)
    assert.match(said.join('\n'), /missing: gone: Its action, a webhook that was deleted, cannot be carried over/)
  })

  it('does not keep the watch from what it knows', async () => {
    watch = await watching(
      [
        trigger('project', { entity: 'vision', project: 'training' }),
        runTrigger({ event: 'RUN_STATE', states: ['finished'] }),
      ],
      FUTURE,
    )
    const { world, project, ada, sequence } = watch
    const run = world.addRun(project, ada, { name: 'run', state: 'running' })
    const collection = world.addCollection(project, 'later', 'LATER')
    await watch.poll()
    world.createVersion(collection, {})
    const version = world.createVersion(sequence, { later: true })
    sequence.actions.push({ id: 901, type: 'LATER', at: world.now, user: null, artifact: version })
    world.runState(run, 'hibernating')
    assert.deepEqual(brief(await watch.poll()), [
      'CREATE_ARTIFACT resnet:v2',
      'REMOVE_ARTIFACT_ALIAS resnet:v1 latest',
      'ADD_ARTIFACT_ALIAS resnet:v2 latest',
    ])
    world.addRun(project, ada, { name: 'odd', state: 'hibernating' })
    world.runState(run, 'finished')
    assert.deepEqual(brief(await watch.poll()), ['RUN_STATE run finished'])
  })

  it('answers otherwise about one thing: the others are watched all the same, and the first is told of', async () => {
    watch = await watching([
      trigger('project', { entity: 'vision', project: 'training' }),
      trigger('registry', { entity: 'acme', project: 'model' }),
    ])
    await watch.poll()
    watch.standin.before = ({ variables }) => {
      if (variables['project'] === 'training')
        watch.standin.faults.next({ kind: 'status', status: 200, body: '{"data":{"watched":{"head":7}}}' })
    }
    watch.world.addAlias(watch.first, watch.portfolio, 'production')
    await assert.rejects(watch.poll(), { code: 'source_answer_unexpected', statusText: 'unexpected answer' })
    assert.deepEqual(brief(watch.store.events), ['ADD_ARTIFACT_ALIAS classifier:v0 production'])
  })
})
