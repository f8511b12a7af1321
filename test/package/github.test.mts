import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { PHASES } from '../../scripts/test/phases.mts'
import { filesBelow, packageJson, read, root } from './repository.mts'

const require = createRequire(import.meta.url)
// js-yaml comes with Node-RED
const yaml = createRequire(require.resolve('@node-red/nodes/package.json'))('js-yaml')

interface Field {
  readonly type: string
  readonly id?: string
  readonly attributes: { readonly label?: string; readonly value?: string }
}

describe('the forms for issues', () => {
  // as https://docs.github.com/en/communities/using-templates-to-encourage-useful-issues-and-pull-requests/syntax-for-issue-forms has it
  for (const file of filesBelow('.github/ISSUE_TEMPLATE').filter((name) => !name.endsWith('config.yml'))) {
    it(`${file} is one that GitHub can show`, () => {
      const form = yaml.load(read(file)) as { name: string; description: string; body: readonly Field[] }
      assert.ok(form.name && form.description)
      for (const { type, id, attributes } of form.body) {
        assert.ok(['markdown', 'textarea', 'input', 'dropdown', 'checkboxes'].includes(type), type)
        assert.ok(type === 'markdown' ? attributes.value : id && attributes.label, JSON.stringify(attributes))
      }
      const ids = form.body.flatMap(({ id }) => id ?? [])
      assert.equal(new Set(ids).size, ids.length)
    })
  }
})

describe('the workflow of tests', () => {
  interface Job {
    readonly strategy?: { readonly matrix: { readonly system: readonly string[] } }
    readonly steps: readonly { readonly run?: string; readonly uses?: string }[]
  }
  const { jobs, permissions } = yaml.load(read('.github/workflows/test.yml')) as {
    jobs: Record<string, Job>
    permissions: object
  }
  const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []))

  it('runs on three systems, and may only read', () => {
    const systems = Object.values(jobs).flatMap(({ strategy }) => strategy?.matrix.system ?? [])
    assert.deepEqual(
      systems.map((system) => system.split('-')[0]),
      ['ubuntu', 'macos', 'windows'],
    )
    assert.deepEqual(permissions, { contents: 'read' })
  })

  it('runs what holds here too: .ci/run, and commands and phases that exist', () => {
    assert.ok(commands.includes('bash .ci/run'))
    assert.ok(existsSync(path.join(root, '.ci/run')))
    for (const command of commands.filter((each) => each.startsWith('npm '))) {
      const [, , name = '', phases = ''] = /^npm (run )?(\w+)(?: -- (.*))?$/.exec(command) ?? []
      assert.ok(packageJson.scripts[name], command)
      for (const phase of phases.split(' ').filter(Boolean)) {
        assert.ok(
          PHASES.some((each) => each.name === phase || each.name.startsWith(`${phase}-`)),
          command,
        )
      }
    }
  })
})
