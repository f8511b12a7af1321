import { SEARCHED_FROM, type SecretUse, secretProblem, withoutLineBreak } from '../../lib/secrets/judge.js'
import { useOf } from '../../lib/sources/http/judged-for.js'
import type { EditorNode } from '../editor/red-editor.d.js'

/** The key of what a secret is called where it is used, and what that makes of it. */
type Used = readonly [as: 'token' | 'signing' | 'granted' | 'source' | 'key', use: SecretUse, by: EditorNode]

const WITH_KEY = ['wandb', 'github', 'standard-webhooks']

function usesIn(node: EditorNode, id: string): Used[] {
  const is = (property: string) => node[property] === id
  if (node.type === 'automation-webhook') {
    const signing = String(node['signing'])
    return [
      ...(is('accessToken') ? [['token', 'access-token', node] as const] : []),
      ...(is('signingSecret') && WITH_KEY.includes(signing) ? [['signing', signing as SecretUse, node] as const] : []),
      ...([node['secrets']].flat().includes(id) ? [['granted', 'payload', node] as const] : []),
    ]
  }
  if (node.type !== 'artifact-source') return []
  const use = node['kind'] === 'http' && is('secret') ? useOf(String(node['auth'])) : null
  if (use) return [['source', use, node]]
  return node['kind'] !== 'http' && is('apiKey') ? [['key', 'api-key', node]] : []
}

/** What can be said of a typed value: keys of sentences with what they tell. */
export interface Judgement {
  readonly key: string
  readonly values: Readonly<Record<string, string>>
}

/**
 * Judges a value as it is typed, by the rules that hold at run time, for everything of the workspace that uses the secret.
 * A variable of the environment is known to Node-RED alone, and dots stand for a value that is stored.
 */
export function judgementsOf(id: string, value: string): Judgement[] {
  if (value === '' || value === '__PWRD__' || /^\$[{(]\S+[)}]$/.test(value)) return []
  const found: Judgement[] = []
  RED.nodes.eachConfig((node) => {
    for (const [as, use, by] of usesIn(node, id)) {
      const problem = secretProblem(value, use)
      if (problem !== null) found.push({ key: `wrong-${as}`, values: { problem, name: by.name || by.id } })
    }
  })
  const isShort = withoutLineBreak(value).length < SEARCHED_FROM
  return isShort ? [...found, { key: 'short', values: { characters: String(SEARCHED_FROM) } }] : found
}
