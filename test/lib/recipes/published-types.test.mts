import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { RECIPES } from '../../../dist/lib/recipes/payloads.js'
import { rendered } from './rendered.mts'

const run = promisify(execFile)
const MODULES = resolve(import.meta.dirname, '../../../node_modules')

const IMPORTS = `
import type { operations } from '@octokit/openapi-types'
import type { IAdaptiveCard } from '@microsoft/teams.cards'
import type { KnownBlock } from '@slack/types'
type RepositoryDispatch = operations['repos/create-dispatch-event']['requestBody']['content']['application/json']
interface SlackMessage { text: string, blocks?: KnownBlock[] }
interface TeamsMessage {
  type: 'message'
  attachments: { contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content: IAdaptiveCard }[]
}
`

/** What the makers of each receiver publish as its type. MessageCard has none: Microsoft is retiring it. */
const TYPES: Record<string, string> = {
  'github-repository-dispatch': 'RepositoryDispatch',
  'slack-blocks': 'SlackMessage',
  'slack-text': 'SlackMessage',
  'run-state': 'SlackMessage',
  'teams-adaptive-card': 'TeamsMessage',
  'run-metric': 'TeamsMessage',
}

/** The compiler's complaints about values written as literals, so that a member nobody knows is one too. */
async function complaints(values: readonly { type: string; text: string }[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'published-types-'))
  try {
    await symlink(MODULES, join(folder, 'node_modules'))
    const lines = values.map(({ type, text }, index) => `export const value${index}: ${type} = ${text}`)
    await writeFile(join(folder, 'values.mts'), [IMPORTS, ...lines].join('\n'))
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', '', 'values.mts']
    const compiler = join(MODULES, 'typescript/bin/tsc')
    const { stdout } = await run(process.execPath, [compiler, ...options], { cwd: folder }).catch((error) => error)
    return stdout.split('\n').filter(Boolean)
  } finally {
    await rm(folder, { recursive: true })
  }
}

describe('the recipes against the types that GitHub, Slack and Microsoft publish', function () {
  this.timeout(30_000)

  it('are known to be either typed or without a published type', () => {
    const untyped = RECIPES.filter(({ id }) => !TYPES[id]).map(({ id }) => id)
    assert.deepEqual(untyped, ['teams-message-card', 'bearer-endpoint', 'whole-event'])
  })

  it('fit, filled with every event', async () => {
    const typed = rendered(RECIPES.filter(({ id }) => TYPES[id]))
    assert.deepEqual(await complaints(typed.map(({ recipe, text }) => ({ type: TYPES[recipe.id]!, text }))), [])
  })

  for (const [type, text] of [
    ['RepositoryDispatch', '{ "event": "BUILD" }'],
    ['SlackMessage', '{ "text": "x", "blocks": [{ "type": "divide" }] }'],
    ['TeamsMessage', '{ "type": "message", "attachments": [{ "type": "AdaptiveCard" }] }'],
  ] as const) {
    it(`would be told if a ${type} were wrong`, async () => {
      assert.ok((await complaints([{ type, text }])).length > 0)
    })
  }
})
