import assert from 'node:assert/strict'
import { DEFAULTS, migrate } from '../../dist/nodes/automation-webhook/automation-webhook.migrate.js'
import { migrateConfig } from '../../dist/nodes/migrate.js'

describe('the migration of saved nodes', () => {
  it('takes a node without a version for one of the current version', () => {
    assert.equal(migrate({ name: 'written by hand' } as { name: string; version?: number }).version, 1)
  })

  it('gives every property that is absent or null its default, and keeps those that are there', () => {
    const webhook = migrate({ id: 'w', url: 'https://example.com', service: null })
    assert.deepEqual(webhook, { ...DEFAULTS, id: 'w', url: 'https://example.com' })
  })

  it('never hands out the list that the defaults hold', () => {
    const first = migrate({} as { secrets?: string[] })
    first.secrets?.push('changed')
    assert.deepEqual(migrate({} as { secrets?: string[] }).secrets, [])
  })

  it('takes numbers where texts belong for texts', () => {
    assert.equal(migrate<object & { timeout?: unknown }>({ timeout: 30 }).timeout, '30')
  })

  it('does not change what it is given', () => {
    const saved = Object.freeze({ name: 'as it was' })
    migrate(saved)
    assert.deepEqual(saved, { name: 'as it was' })
  })

  describe('with steps', () => {
    const steps = [
      ({ old, ...rest }: Readonly<Record<string, unknown>>) => ({ ...rest, renamed: old }),
      (config: Readonly<Record<string, unknown>>) => ({ ...config, renamed: `${config['renamed']}!` }),
    ]
    const migrated = (config: object) => migrateConfig(config, { renamed: '' }, 3, steps)

    it('leads an old node through each step from its version on', () => {
      assert.deepEqual(migrated({ version: 1, old: 'a' }), { version: 3, renamed: 'a!' })
      assert.deepEqual(migrated({ version: 2, renamed: 'a' }), { version: 3, renamed: 'a!' })
    })

    it('leaves a current one alone, and one of a later version', () => {
      assert.deepEqual(migrated({ version: 3, renamed: 'a' }), { version: 3, renamed: 'a' })
      assert.deepEqual(migrated({ version: 9, renamed: 'a' }), { version: 9, renamed: 'a' })
      assert.deepEqual(migrated({ renamed: 'a' }), { renamed: 'a' })
    })
  })
})
