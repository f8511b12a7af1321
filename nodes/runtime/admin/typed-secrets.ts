import { secretNameProblem } from '../../../lib/events/vocabulary.js'
import { isObject } from '../../../lib/json.js'
import { Secret } from '../../../lib/secrets/secret.js'
import type { NamedSecret } from '../secrets.js'
import { wrong } from './refusals.js'

/** Secrets by the ids of their nodes, as they stand in an editor and are not deployed yet. */
export type TypedSecrets = ReadonlyMap<string, NamedSecret>

/** What Node-RED takes from the environment at a deploy. */
const FROM_ENVIRONMENT = /^\$\{\S+\}$/

/**
 * The member `secrets` of a call, `{<id>: {name, value}}`. They are for this one call, and stored nowhere. What names an
 * environment variable is refused: whoever may test may not therefore send what is in the environment anywhere.
 * @throws AutomationError `request_invalid`, which never has a value in its words
 */
export function typedSecrets(given: unknown): TypedSecrets {
  if (given === undefined || given === null) return new Map()
  if (!isObject(given)) throw wrong('secrets', 'must be an object of secrets by their ids')
  return new Map(Object.entries(given).map(([id, secret]) => [id, typedSecret(secret, `secrets.${id}`)]))
}

function typedSecret(given: unknown, path: string): NamedSecret {
  const { name, value } = isObject(given) ? given : {}
  if (typeof name !== 'string' || secretNameProblem(name) !== null) throw wrong(`${path}.name`, 'must be a name')
  if (typeof value !== 'string' || value === '') throw wrong(`${path}.value`, 'must be a text that is not empty')
  if (FROM_ENVIRONMENT.test(value))
    throw wrong(`${path}.value`, 'is taken from the environment: deploy to test with it')
  return { name, secret: new Secret(value) }
}
