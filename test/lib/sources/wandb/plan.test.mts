import assert from 'node:assert/strict'
import type { Directory } from '../../../../dist/lib/sources/wandb/directory.js'
import { planWatch, unseenOrganizations } from '../../../../dist/lib/sources/wandb/plan.js'
import { projectFilter } from '../../../../dist/lib/sources/wandb/target.js'
import { runTrigger, trigger } from './watching.mts'

const directory: Directory = {
  username: 'ada',
  organizations: [
    { name: 'acme', entity: 'acme_X7QK' },
    { name: 'beta', entity: 'beta_1' },
  ],
  entities: [
    { name: 'vision', organization: 'acme' },
    { name: 'ada', organization: '' },
  ],
}

const links = ['LINK_ARTIFACT']
const keys = (...triggers: Parameters<typeof planWatch>[0]) => planWatch(triggers, directory).map(({ key }) => key)

describe('What is watched follows from the triggers', () => {
  for (const { title, triggers, expected } of [
    { title: 'nothing', triggers: [], expected: [] },
    {
      title: 'one registry of an organization',
      triggers: [trigger('registry', { entity: 'acme_X7QK', project: 'model' })],
      expected: ['registries/acme_X7QK'],
    },
    {
      title: 'one registry, wherever',
      triggers: [trigger('registry', { project: 'model' })],
      expected: ['registries/acme_X7QK', 'registries/beta_1'],
    },
    {
      title: 'every registry, the old ones of teams too',
      triggers: [trigger('registry')],
      expected: [
        'registries/acme_X7QK',
        'registries/beta_1',
        'project/vision/model-registry',
        'project/ada/model-registry',
      ],
    },
    {
      title: 'the old registry of a team',
      triggers: [trigger('registry', { entity: 'vision', project: 'model-registry' })],
      expected: ['project/vision/model-registry'],
    },
    {
      title: 'a registry of an organization nobody is in',
      triggers: [trigger('registry', { entity: 'other', project: 'model' })],
      expected: ['registries/other'],
    },
    {
      title: 'a project',
      triggers: [trigger('project', { entity: 'vision', project: 'training' })],
      expected: ['project/vision/training'],
    },
    {
      title: 'every project of a team',
      triggers: [trigger('project', { entity: 'vision' })],
      expected: ['entity/vision'],
    },
    {
      title: 'a project that is a registry',
      triggers: [trigger('project', { entity: 'acme_X7QK', project: 'wandb-registry-model' })],
      expected: ['registries/acme_X7QK'],
    },
    {
      title: 'a registry of an organization by the organization’s name',
      triggers: [trigger('registry', { entity: 'acme', project: 'model' })],
      expected: ['registries/acme_X7QK'],
    },
    {
      title: 'every registry of an organization by the organization’s name',
      triggers: [trigger('registry', { entity: 'acme' })],
      expected: ['registries/acme_X7QK'],
    },
    {
      title: 'a project that is a registry, by the organization’s name',
      triggers: [trigger('project', { entity: 'acme', project: 'wandb-registry-model' })],
      expected: ['registries/acme_X7QK'],
    },
    {
      title: 'an organization',
      triggers: [trigger('organization', { entity: 'acme' })],
      expected: ['registries/acme_X7QK', 'entity/vision'],
    },
    {
      title: 'two registries, in one request',
      triggers: [
        trigger('registry', { entity: 'acme_X7QK', project: 'model' }),
        trigger('registry', { entity: 'acme_X7QK', project: 'dataset' }),
      ],
      expected: ['registries/acme_X7QK'],
    },
    {
      title: 'a team and a project of it, in one request',
      triggers: [
        trigger('entity', { entity: 'vision' }),
        trigger('project', { entity: 'vision', project: 'training' }),
      ],
      expected: ['entity/vision'],
    },
    {
      title: 'a project and its runs, in one request',
      triggers: [trigger('project', { entity: 'vision', project: 'training' }), runTrigger({})],
      expected: ['project/vision/training'],
    },
  ]) {
    it(title, () => assert.deepEqual(keys(...triggers), expected))
  }

  it('asks only for the registries that are named', () => {
    const [target] = planWatch(
      [trigger('registry', { entity: 'acme_X7QK', project: 'model', events: links })],
      directory,
    )
    assert.equal(projectFilter(target ?? assert.fail()), '{"name":"wandb-registry-model"}')
    const both = ['model', 'dataset'].map((project) =>
      trigger('registry', { entity: 'acme_X7QK', project, events: links }),
    )
    assert.equal(
      projectFilter(planWatch(both, directory)[0] ?? assert.fail()),
      '{"name":{"$in":["wandb-registry-dataset","wandb-registry-model"]}}',
    )
    const all = [...both, trigger('registry', { entity: 'acme_X7QK', events: links })]
    assert.equal(projectFilter(planWatch(all, directory)[0] ?? assert.fail()), '{"name":{"$regex":"^wandb-registry-"}}')
  })

  it('takes nothing amiss that only follows from a name left out', () => {
    const { trigger: settings, run } = runTrigger({})
    const wherever = { trigger: { ...settings, entity: '' }, run }
    assert.deepEqual(
      planWatch([wherever], directory).map(({ key, implied }) => [key, implied]),
      [
        ['project/vision/training', true],
        ['project/ada/training', true],
      ],
    )
    assert.equal(planWatch([wherever, runTrigger({})], directory)[0]?.implied, false)
  })

  it('knows the organizations that are named and cannot be seen', () => {
    const named = ['acme', 'acme_X7QK', 'typo', ''].map((entity) => trigger('organization', { entity }))
    assert.deepEqual(unseenOrganizations([...named, ...named, trigger('entity', { entity: 'x' })], directory), [
      'acme_X7QK',
      'typo',
    ])
  })

  it('evaluates rules that are the same once', () => {
    const [target] = planWatch(
      [runTrigger({}), runTrigger({ states: ['failed', 'running', 'finished'] }), runTrigger({ states: ['failed'] })],
      directory,
    )
    assert.equal(target?.runs.length, 2)
  })

  it('looks for runs in every project of an entity, as they are known', () => {
    const { trigger: settings, run } = runTrigger({})
    const projects = new Map([['vision', ['training', 'other', 'wandb-registry-model']]])
    const targets = planWatch([{ trigger: { ...settings, scope: 'entity', project: '' }, run }], directory, projects)
    assert.deepEqual(
      targets.map(({ key }) => key),
      ['project/vision/training', 'project/vision/other'],
    )
  })
})
