import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Secret } from '../../../../dist/lib/secrets/secret.js'
import { EXAMPLE_BODIES, EXAMPLE_TYPES } from '../../../../dist/lib/sources/http/example-body.js'
import { postAsCurl } from '../../../../dist/lib/sources/http/post-as-curl.js'
import { AUTHENTICATIONS, type Format } from '../../../../dist/lib/sources/http/settings.js'
import { linked, startSource } from './server.mts'

/** What a shell and an HTTP client could each take amiss; the colon makes it a user and a password. */
const SECRET = `us-er:it's "$HOME" \\n & 100%`

const run = promisify(execFile)

async function runs(script: string): Promise<string> {
  const secret = `'${SECRET.replaceAll("'", "'\\''")}'`
  const { stdout } = await run('sh', ['-c', script.replace("'THE-VALUE-OF-THE-SECRET'", () => secret)])
  return stdout
}

describe('a request copied as curl', () => {
  for (const auth of AUTHENTICATIONS) {
    it(`is accepted by a source whose auth is ${auth}, whatever stands in its body and its secret`, async () => {
      const source = await startSource({ settings: { auth }, secret: () => new Secret(SECRET) })
      try {
        const url = `http://127.0.0.1:${source.port}/it's`
        const note = `it's "quoted" $HOME \`ls\` \\ ü\n`
        const script = postAsCurl({ auth, headerName: 'X-Api-Key' }, url, JSON.stringify({ ...linked, note }))
        assert(!script.includes(SECRET))
        assert.match(await runs(script), /^HTTP\/1.1 202 /)
        assert.equal(source.accepted[0]?.[0]?.['note'], note)
      } finally {
        await source.close()
      }
    })
  }

  for (const [format, body] of Object.entries(EXAMPLE_BODIES)) {
    it(`has an example that is an event in the format ${format}`, async () => {
      const source = await startSource({ settings: { format: format as Format, entity: 'acme', project: 'models' } })
      try {
        assert.match(
          await runs(
            postAsCurl({ auth: 'none', headerName: '' }, `http://127.0.0.1:${source.port}`, JSON.stringify(body), {
              'Content-Type': EXAMPLE_TYPES[format as Format] ?? 'application/json',
              'X-GitHub-Event': "it's",
            }),
          ),
          /202/,
        )
        assert.equal(source.accepted.flat().length, 1)
      } finally {
        await source.close()
      }
    })
  }
})
