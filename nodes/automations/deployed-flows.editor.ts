import type { Flows } from './undeployed.js'

/** By the revisions that the workspace went by since it had nothing to deploy. */
const known = new Map<string, Flows>()
const asked = new Set<string>()

/**
 * What is deployed of the revision that the workspace goes by. Node-RED's own record of it is that only until it merges what
 * another editor deployed, or takes that back: then it has the workspace itself.
 */
export function deployedFlows(): Flows | null {
  const revision = RED.nodes.version()
  const recorded = RED.nodes.originalFlow()
  if (revision === null || !recorded) return recorded
  if (!RED.nodes.dirty()) {
    known.clear()
    known.set(revision, recorded)
  }
  return known.get(revision) ?? recorded
}

/**
 * Asks Node-RED, where nobody looked while it was sure. Once for each revision: who may not read flows is told no other
 * answer later.
 * @returns whether more is known now
 */
export async function learnDeployed(): Promise<boolean> {
  const revision = RED.nodes.version()
  if (revision === null || !RED.nodes.dirty() || known.has(revision) || asked.has(revision)) return false
  asked.add(revision)
  try {
    const headers = { 'Node-RED-API-Version': 'v2' }
    const { rev, flows } = (await $.ajax({ url: 'flows', dataType: 'json', headers })) as { rev: string; flows: Flows }
    // somebody has deployed meanwhile: what the workspace goes by is another one
    if (rev !== revision) return false
    known.set(rev, flows)
    return true
  } catch {
    return false
  }
}
