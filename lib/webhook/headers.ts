import { AutomationError } from '../error.js'
import type { ArtifactEvent } from '../events/event.js'
import { parseTemplate } from '../template/parse.js'
import { renderTemplate } from '../template/render.js'
import type { SecretSlot } from '../template/slot.js'
import { BEARER } from './authorization.js'
import { badHeaderCharacter, forbidden, isHeaderName } from './header-rules.js'
import { invalid } from './invalid.js'
import { USER_AGENT } from './version.js'

/** A header that is the same in each attempt. Secrets are slots in its text, as in a payload of format `text`. */
export interface HeaderField {
  readonly name: string
  readonly text: string
  readonly slots: readonly SecretSlot[]
  /** The usual content type: a payload that knows its own goes out with that. */
  readonly usualType?: true
}

/**
 * All headers but those that differ between attempts, in the order in which they are sent.
 * @param json the `headers` property: JSON text of an object, or blank
 * @throws AutomationError `webhook_invalid` in words
 */
export function parseHeaders(json: string, { hasToken }: { hasToken: boolean }): HeaderField[] {
  const own = readObject(json).map(([name, value]) => {
    const why = forbidden(name, { hasToken })
    if (why) throw invalid(`The header ${name} cannot be set here: ${why}.`, `header ${name}`)
    return field(name, value)
  })
  const names = new Set<string>()
  for (const { name } of own) {
    if (names.has(name.toLowerCase())) throw invalid(`The header ${name} is set twice.`, `header ${name} twice`)
    names.add(name.toLowerCase())
  }
  const usual: HeaderField[] = [
    { ...field('Content-Type', 'application/json'), usualType: true },
    field('User-Agent', USER_AGENT),
  ]
  if (hasToken) usual.push(field('Authorization', BEARER))
  return [...usual.filter(({ name }) => !names.has(name.toLowerCase())), ...own]
}

function readObject(json: string): [name: string, value: string][] {
  if (json.trim() === '') return []
  let object: unknown
  try {
    object = JSON.parse(json)
  } catch (error) {
    throw invalid(`The headers are not JSON: ${(error as Error).message}.`, 'headers are not JSON')
  }
  if (typeof object !== 'object' || object === null || Array.isArray(object)) {
    throw invalid('The headers must be a JSON object such as {"X-Environment": "production"}.', 'headers are no object')
  }
  return Object.entries(object).map(([name, value]) => {
    if (!isHeaderName(name)) {
      throw invalid(
        `${JSON.stringify(name)} cannot be the name of a header: use letters, digits and hyphens.`,
        'header name',
      )
    }
    if (typeof value !== 'string') {
      throw invalid(`The value of the header ${name} must be text in double quotes.`, `header ${name}`)
    }
    return [name, value.trim()]
  })
}

/** Headers know no event: they are fixed but for their secrets. */
const NO_EVENT: ArtifactEvent = {
  event_type: 'CREATE_ARTIFACT',
  entity_name: '',
  project_name: '',
  event_id: '',
  event_time: '',
}

function field(name: string, value: string): HeaderField {
  const bad = badHeaderCharacter(value)
  if (bad !== null) {
    throw invalid(
      `The value of the header ${name} has a character at position ${bad} that cannot stand in a header (a line break, or beyond plain ASCII).`,
      `header ${name}`,
    )
  }
  try {
    const template = parseTemplate(value, 'text')
    const variable = template.names.find(({ kind }) => !['secret', 'bare-secret', 'token'].includes(kind))
    if (variable) {
      throw invalid(
        `The header ${name} uses \${${variable.name}}: headers can hold secrets, but nothing of the event.`,
        `header ${name}`,
      )
    }
    const { text, slots } = renderTemplate(template, { event: NO_EVENT, automationName: '', missing: 'error' })
    return { name, text, slots }
  } catch (error) {
    if (!(error instanceof AutomationError) || error.code === 'webhook_invalid') throw error
    throw invalid(`The header ${name} cannot be read: ${error.message}`, `header ${name}`, error)
  }
}
