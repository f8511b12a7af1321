import assert from 'node:assert/strict'
import { RECIPES } from '../../../dist/lib/recipes/payloads.js'
import { parseTemplate } from '../../../dist/lib/template/parse.js'
import { everyEvent, rendered, renderedText } from './rendered.mts'

// GitHub REST API, "Create a repository dispatch event", as its OpenAPI description has it.
const GITHUB = { eventTypeCharacters: 100, clientPayloadProperties: 10, bytes: 64 * 1024 }
// Slack: "Block Kit" (blocks in a message, text of a section) and "Incoming webhooks".
const SLACK = { blocks: 50, sectionCharacters: 3000, fields: 10, textCharacters: 40_000 }
// Microsoft Teams: "Send cards to incoming webhooks and workflows", size of a message.
const TEAMS = { bytes: 28 * 1024 }

interface RepositoryDispatch {
  event_type: string
  client_payload: Record<string, unknown>
}

const recipesFor = (service: string) => RECIPES.filter((recipe) => recipe.service === service)

describe('the recipes', () => {
  it('have ids and labels of their own, and say what they do', () => {
    assert.equal(new Set(RECIPES.map(({ id }) => id)).size, RECIPES.length)
    assert.equal(new Set(RECIPES.map(({ label }) => label)).size, RECIPES.length)
    for (const { id, description } of RECIPES) {
      assert.match(id, /^[a-z]+(-[a-z]+)*$/)
      assert.match(description, /^[A-Z].*\.$/s)
    }
  })

  it('name a URL that a webhook accepts, and headers that are a JSON object of strings', () => {
    for (const { url, headers } of RECIPES) {
      assert.equal(new URL(url).protocol, 'https:')
      assert.ok(Object.values(JSON.parse(headers)).every((value) => typeof value === 'string'))
    }
  })

  for (const recipe of RECIPES) {
    it(`"${recipe.label}" is a JSON template that uses no secret`, () => {
      const { names } = parseTemplate(recipe.template, 'json')
      assert.ok(names.length > 0)
      assert.deepEqual(
        names.filter(({ kind }) => kind === 'token' || kind === 'secret'),
        [],
      )
    })

    it(`"${recipe.label}" is valid JSON for every event, however little or odd its content`, () => {
      for (const event of everyEvent()) assert.equal(typeof JSON.parse(renderedText(recipe, event)), 'object')
    })
  }

  it('for GitHub stay within the limits of a repository dispatch', () => {
    assert.equal(recipesFor('github').length, 1)
    for (const { payload, text } of rendered(recipesFor('github'))) {
      const { event_type, client_payload, ...others } = payload as RepositoryDispatch
      assert.deepEqual(others, {})
      assert.ok(event_type.length >= 1 && event_type.length <= GITHUB.eventTypeCharacters)
      assert.ok(Object.keys(client_payload).length <= GITHUB.clientPayloadProperties)
      assert.ok(Buffer.byteLength(text) < GITHUB.bytes)
    }
  })

  it('for GitHub carry the six members of W&B’s own example under its own names', () => {
    const members = [
      'event_author',
      'artifact_version',
      'artifact_version_string',
      'artifact_collection_name',
      'project_name',
      'entity_name',
    ]
    for (const { payload } of rendered(recipesFor('github'))) {
      const sent = Object.keys((payload as RepositoryDispatch).client_payload)
      assert.deepEqual(
        members.filter((member) => !sent.includes(member)),
        [],
      )
    }
  })

  it('for Slack stay within the limits of Block Kit, and no text is ever empty', () => {
    for (const { payload } of rendered(recipesFor('slack'))) {
      const { text, blocks = [] } = payload as { text: string; blocks?: { text?: { text: string } }[] }
      assert.ok(text.length > 0 && text.length <= SLACK.textCharacters)
      assert.ok(blocks.length <= SLACK.blocks)
      for (const { text } of blocks.flatMap((block) => block.text ?? [])) {
        assert.ok(text.length > 0 && text.length <= SLACK.sectionCharacters)
      }
    }
  })

  it('for Teams stay within the size of a message', () => {
    for (const { text } of rendered(recipesFor('teams'))) assert.ok(Buffer.byteLength(text) <= TEAMS.bytes)
  })

  it('send the whole event whole', () => {
    for (const { event, payload } of rendered(RECIPES.filter(({ id }) => id === 'whole-event'))) {
      assert.deepEqual((payload as { event: unknown }).event, JSON.parse(JSON.stringify(event)))
    }
  })
})
