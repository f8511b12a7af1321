import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const DEMO_FLOW = path.join(import.meta.dirname, 'flow.json')

/**
 * The demo's secrets: made once for each userDir, readable by its owner only, and given to Node-RED as environment
 * variables. The flow holds no more than their names, as a flow in a repository should.
 */
function loadSecrets(userDir) {
  const file = path.join(userDir, 'demo-secrets.json')
  if (!existsSync(file)) {
    const secrets = {
      DEMO_INGEST_TOKEN: `demo-${randomBytes(12).toString('hex')}`,
      DEMO_SIGNING_SECRET: randomBytes(24).toString('base64'),
      CREDENTIAL_SECRET: randomBytes(24).toString('base64'),
    }
    writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
  }
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** The content of a credentials file, as Node-RED itself would write it under this credentialSecret. */
function encrypted(credentials, secret) {
  const start = randomBytes(16)
  const cipher = createCipheriv('aes-256-ctr', createHash('sha256').update(secret).digest(), start)
  const text = cipher.update(JSON.stringify(credentials), 'utf8', 'base64') + cipher.final('base64')
  return { $: start.toString('hex') + text }
}

/**
 * Puts the demo flow into a userDir that has no flows yet. Later starts leave the flow alone but for the port of its
 * receiver, which is in this same Node-RED.
 *
 * @param {{userDir: string, settings: object, port: number}} options `settings` get a key for the credentials
 * @returns {string} the bearer token that the demo's source asks for
 */
export function prepareDemo({ userDir, settings, port }) {
  mkdirSync(userDir, { recursive: true })
  const { CREDENTIAL_SECRET, ...secrets } = loadSecrets(userDir)
  Object.assign(process.env, secrets)
  settings.credentialSecret = CREDENTIAL_SECRET
  const { flowFile } = settings
  const flows = path.join(userDir, flowFile)
  if (!existsSync(flows)) {
    const nodes = JSON.parse(readFileSync(DEMO_FLOW, 'utf8'))
    const credentials = {}
    for (const { id, type, name } of nodes) {
      if (type === 'automation-secret') credentials[id] = { value: `\${${name}}` }
    }
    const credentialsFile = path.join(userDir, flowFile.replace(/\.json$/, '_cred.json'))
    writeFileSync(credentialsFile, JSON.stringify(encrypted(credentials, CREDENTIAL_SECRET)))
    writeFileSync(flows, JSON.stringify(nodes, null, 4))
  }
  const saved = readFileSync(flows, 'utf8')
  const here = saved.replaceAll(/http:\/\/127\.0\.0\.1:\d+\/demo-receiver/g, `http://127.0.0.1:${port}/demo-receiver`)
  if (here !== saved) writeFileSync(flows, here)
  return secrets.DEMO_INGEST_TOKEN
}

/** A line for a POSIX shell that sends one event through the demo's first automation. */
export function curlLine({ url, token }) {
  const event = {
    event_type: 'ADD_ARTIFACT_ALIAS',
    event_author: 'you',
    entity_name: 'acme',
    project_name: 'wandb-registry-model',
    artifact_collection_name: 'churn',
    artifact_version: 'wandb-artifact://_id/QXJ0aWZhY3Q6NTE3ODg5ODg3',
    artifact_version_string: 'acme/wandb-registry-model/churn:production',
    artifact_version_index: 3,
    alias: 'production',
  }
  return `curl -sSi ${url}/artifact-events -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' -d '${JSON.stringify(event)}'; echo`
}
