import vm from 'node:vm'
import { type CallExpression, type Node, parse } from 'acorn'
import { simple } from 'acorn-walk'
import { packageJson, read } from './repository.mts'

/** What the editor reads of a property in `defaults`. */
export interface Property {
  readonly value?: unknown
  readonly required?: boolean
  readonly type?: string
  readonly validate?: (value: unknown, options: object) => unknown
}

export interface EditorDefinition {
  readonly category: string
  readonly defaults: Record<string, Property>
  readonly credentials?: Record<string, { type: string }>
  readonly inputs?: number
  readonly outputs?: number
  readonly icon?: string
  readonly [key: string]: unknown
}

export interface EditorPage {
  readonly scripts: readonly string[]
  /** Attributes of each template, and its HTML. */
  readonly templates: readonly { readonly name: string; readonly html: string }[]
}

const pagePath = (type: string) => (packageJson['node-red'].nodes[type] as string).replace(/\.js$/, '.html')

/** The built page of a node, cut up as Node-RED's loader and the scorecard do it. */
export function editorPage(type: string): EditorPage {
  const html = read(pagePath(type))
  const scripts: string[] = []
  const templates: { name: string; html: string }[] = []
  for (const [, attributes = '', content = ''] of html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)) {
    const name = /data-template-name="([^"]+)"/.exec(attributes)?.[1]
    if (name) templates.push({ name, html: content })
    else if (/type="text\/javascript"/.test(attributes)) scripts.push(content)
  }
  return { scripts, templates }
}

/** The types that a parser finds registered by a literal name and an inline definition: what the scorecard sees. */
export function registeredLiterally(script: string): string[] {
  const types: string[] = []
  simple(parse(script, { ecmaVersion: 'latest' }), {
    CallExpression(node: CallExpression) {
      const [type, definition] = node.arguments as Node[]
      if (memberPath(node.callee) !== 'RED.nodes.registerType') return
      if (type?.type === 'Literal' && definition?.type === 'ObjectExpression') {
        types.push(String((type as Node & { value: unknown }).value))
      }
    },
  })
  return types
}

function memberPath(node: Node): string {
  if (node.type === 'Identifier') return (node as Node & { name: string }).name
  if (node.type !== 'MemberExpression') return ''
  const { object, property } = node as Node & { object: Node; property: Node }
  return `${memberPath(object)}.${memberPath(property)}`
}

/** Anything that is called, read or constructed on it is such a thing again: a stand-in for the editor. */
function anything(): unknown {
  const target = () => undefined
  return new Proxy(target, {
    get: (_target, key) => (key === Symbol.toPrimitive ? () => '' : anything()),
    apply: () => anything(),
    construct: () => anything() as object,
  })
}

/** Runs the page's script against a stand-in of the editor, and returns the definition it registers for the type. */
export function editorDefinition(type: string): EditorDefinition {
  let found: EditorDefinition | undefined
  const nodes = {
    registerType(name: string, definition: EditorDefinition) {
      if (name === type) found = definition
    },
  }
  const RED = new Proxy({ nodes }, { get: (target, key) => (key === 'nodes' ? target.nodes : anything()) })
  const context = vm.createContext({
    RED,
    $: anything(),
    jQuery: anything(),
    window: {},
    document: anything(),
    console,
  })
  for (const script of editorPage(type).scripts) vm.runInContext(script, context, { filename: `${type}.html` })
  if (!found) throw new Error(`${type}.html registers no ${type}`)
  return found
}
