import '../runtime/required-node.js'
import type { Node, NodeAPI, NodeDef } from 'node-red'

export interface SecretCredentials {
  value?: string
}

/**
 * A named sensitive string. Only the credential holds the value; Node-RED itself replaces `${ENV_VAR}` in it when the
 * node is made. Webhooks look it up by id when they compile; nobody else reads it.
 */
module.exports = (RED: NodeAPI) => {
  RED.nodes.registerType<Node<SecretCredentials>, NodeDef, object, SecretCredentials>(
    'automation-secret',
    function (definition) {
      RED.nodes.createNode(this, definition)
    },
    { credentials: { value: { type: 'password' } } },
  )
}
