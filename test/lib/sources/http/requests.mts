import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { AutomationError } from '../../../../dist/lib/error.js'
import { Secret } from '../../../../dist/lib/secrets/secret.js'
import { authenticate } from '../../../../dist/lib/sources/http/authenticate.js'
import type { Authentication } from '../../../../dist/lib/sources/http/settings.js'
import { linked, NOW, SECRET } from './server.mts'

export const body = JSON.stringify(linked, null, 3)
export const seconds = Math.floor(NOW.getTime() / 1000)

export type Headers = Readonly<Record<string, string | string[] | undefined>>

/** `undefined` when the request passes, else the sentence of its refusal. */
interface Situation {
  readonly secret?: string | undefined
  readonly bytes?: Buffer
}

export function refusal(
  auth: Authentication,
  headers: Headers,
  situation: Situation = {},
  code = 'unauthorized',
): string | undefined {
  const { secret, bytes } = { secret: SECRET, bytes: Buffer.from(body), ...situation }
  try {
    authenticate(
      { auth, headerName: 'X-Api-Key' },
      secret === undefined ? undefined : new Secret(secret),
      { headers, body: bytes },
      NOW,
    )
    return undefined
  } catch (error) {
    assert(error instanceof AutomationError)
    assert.equal(error.code, code)
    assert(!error.message.includes(SECRET))
    return error.message
  }
}

export const passes = (auth: Authentication, headers: Headers, situation: Situation = {}) =>
  refusal(auth, headers, situation) === undefined

export const digest = (encoding: 'hex' | 'base64', content: string = body, secret = SECRET) =>
  createHmac('sha256', secret).update(content).digest(encoding)

type Table = readonly (readonly [what: string, passes: boolean, headers: Headers])[]

export const check = (auth: Authentication, table: Table) => {
  for (const [what, expected, headers] of table) {
    it(`${expected ? 'passes' : 'is refused'} with ${what}`, () => assert.equal(passes(auth, headers), expected))
  }
}
