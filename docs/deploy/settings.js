// For every Node-RED of a group: all that differs comes from the environment.
const { DATABASE_URL, NODE_RED_CREDENTIAL_SECRET } = process.env

// Without them each would keep its events in a file of its own, or credentials that no other can read.
if (!DATABASE_URL || !NODE_RED_CREDENTIAL_SECRET) throw new Error('Set DATABASE_URL and NODE_RED_CREDENTIAL_SECRET.')

module.exports = {
  flowFile: 'flows.json',
  credentialSecret: NODE_RED_CREDENTIAL_SECRET,
  artifactAutomations: { database: { connectionString: DATABASE_URL, max: 10 } },
}
