import type { Node, NodeAPI } from 'node-red'
import { AutomationError } from '../../lib/error.js'
import { Secret } from '../../lib/secrets/secret.js'
import { runningNode } from './deployed.js'

type SecretNode = Node<{ value?: string }> & { name?: string }

/** An automation-secret, by which templates know it and with its value. */
export interface NamedSecret {
  readonly name: string
  readonly secret: Secret
}

/** The value of an automation-secret; undefined when the node or its credential is missing. */
export function secretIn(RED: NodeAPI, id: string | undefined): Secret | undefined {
  const value = runningNode<SecretNode>(RED, id)?.credentials?.value
  return value ? new Secret(value) : undefined
}

/**
 * What the secrets of sources were, for the moments of a deploy in which their nodes do not exist: who posts then must
 * neither be refused nor let in unseen.
 */
export class KnownSecrets {
  readonly #secrets = new Map<string, Secret>()

  /** @param running whether the flows run, so that a secret that is not there is really gone */
  of(RED: NodeAPI, id: string, running: boolean): Secret | undefined {
    const secret = secretIn(RED, id)
    // the same object as long as it is the same secret, so that what was made of it can be kept
    if (secret !== undefined && secret.reveal() !== this.#secrets.get(id)?.reveal()) this.#secrets.set(id, secret)
    else if (secret === undefined && running) this.#secrets.delete(id)
    return this.#secrets.get(id)
  }
}

/**
 * An automation-secret by its id.
 * @param role how the webhook uses it, for the sentence
 * @throws AutomationError `secret_missing` when the node or its value is not there (an imported flow, say)
 */
export function secretOf(RED: NodeAPI, id: string, role: string): NamedSecret {
  const node = runningNode<SecretNode>(RED, id)
  const name = node?.name ?? ''
  const secret = secretIn(RED, id)
  if (!node || secret === undefined) {
    throw new AutomationError(
      'secret_missing',
      node
        ? `The secret ${name}, ${role}, has no value. Open it and enter the value.`
        : `The secret that is ${role} does not exist or is disabled. Choose another one.`,
      { statusText: name ? `secret ${name} missing` : 'secret missing' },
    )
  }
  return { name, secret }
}
