import { stripTypeScriptTypes } from 'node:module'
import { type CallExpression, type Node, parse } from 'acorn'
import { fullAncestor } from 'acorn-walk'

/** What of the editor our dialogs may call: none of it takes texts for HTML. */
const SAFE_RED =
  /^RED\.(_|nodes(\.\w+)?|events\.\w+|settings\.\w+|i18n\.lang|view\.(importNodes|redraw|redrawStatus|reveal|calculateNodeDimensions)|utils\.getNodeLabel|editor\.(edit|editConfig|editExpression|createEditor|validateNode)|tray\.(resize|close)|plugins\.registerPlugin|sidebar\.(addTab|show|config\.refresh)|actions\.(add|invoke)|comms\.(subscribe|on)|user\.hasPermission|history\.push|group\.markDirty|workspaces\.(active|show))$/

/** Members that make elements, or code, out of a text, whatever they belong to. */
const MAKES_HTML =
  /^((inner|outer)HTML|insertAdjacentHTML|srcdoc|createContextualFragment|setHTML(Unsafe)?|parseFromString|parseHTML|html|write(ln)?|on[a-z]+)$/
const CODE = /^(eval|Function|DOMParser|jQuery)$/
const SAFE_JQUERY = /^(ajax|data)$/
const MANIPULATES =
  /^(append|prepend|after|before|replaceWith|wrap\w*|appendTo|prependTo|insertAfter|insertBefore|replaceAll|add)$/

type Any = Node & Record<string, never> & { [key: string]: unknown }
const child = (node: Node, key: string) => (node as Any)[key] as Any | undefined

function memberPath(node: Node | undefined): string {
  if (node?.type === 'Identifier') return String(child(node, 'name'))
  if (node?.type !== 'MemberExpression') return ''
  const property = child(node, 'property')
  const name = child(node, 'computed') ? String(property?.['value']) : String(property?.['name'])
  return `${memberPath(child(node, 'object'))}.${name}`
}

/** Whether a text begins as a selector does, so that jQuery looks for it and makes nothing of it. */
function isSelector(node: Node | undefined): boolean {
  const quasis = child(node as Node, 'quasis') as unknown as { value: { raw: string } }[] | undefined
  const text = node?.type === 'Literal' ? child(node, 'value') : quasis?.[0]?.value.raw
  return typeof text === 'string' && /^[#.][\w-]*/.test(text)
}

/** The innermost thing that a chain of calls and members begins with. */
function rootOf(node: Node | undefined): Node | undefined {
  // what is got out of jQuery is an element like any other
  if (node?.type === 'CallExpression' && /\.get$/.test(memberPath(child(node, 'callee')))) return undefined
  const inner = node && (child(node, 'object') ?? (node.type === 'CallExpression' ? child(node, 'callee') : undefined))
  return inner ? rootOf(inner) : node
}

/** Where a TypeScript source of the editor could make HTML of a text, each as its line. */
export function htmlIn(source: string): string[] {
  const jQueries = new Set(['$', ...[...source.matchAll(/(\w+)\??: JQuery\b/g)].map(([, name]) => name as string)])
  const code = stripTypeScriptTypes(source)
  const found = new Set<number>()
  const isWrong = (node: Node, parent: Node | undefined): boolean => {
    if (node.type === 'Identifier') {
      const name = String(child(node, 'name'))
      if (CODE.test(name)) return true
      // what is called under another name is not seen
      const isTop = parent?.type !== 'MemberExpression' || child(parent, 'object') === node
      return isTop && name === 'RED' && parent?.type !== 'MemberExpression'
    }
    if (node.type === 'MemberExpression') {
      const path = memberPath(node).replace(/^(window|globalThis)\./, '')
      const isPart = parent?.type === 'MemberExpression' && child(parent, 'object') === node
      if (/^RED\./.test(path) && !isPart && !SAFE_RED.test(path)) return true
      if (/^\$\./.test(path) && !SAFE_JQUERY.test(path.slice(2))) return true
      const isSet = parent?.type === 'AssignmentExpression' && child(parent, 'left') === node
      const name = path.split('.').at(-1) ?? ''
      return MAKES_HTML.test(name) && (!name.startsWith('on') || (isSet && name === name.toLowerCase()))
    }
    if (node.type !== 'CallExpression') return false
    const { callee, arguments: given } = node as CallExpression
    if (memberPath(callee) === '$') return !isSelector(given[0])
    const name =
      memberPath(callee).split('.').at(-1) ?? String((child(callee, 'property') as Any | undefined)?.['name'])
    const method = callee.type === 'MemberExpression' ? String(child(callee, 'property')?.['name']) : name
    const root = rootOf(callee)
    return MANIPULATES.test(method) && root?.type === 'Identifier' && jQueries.has(String(child(root, 'name')))
  }
  fullAncestor(parse(code, { ecmaVersion: 'latest', sourceType: 'module' }), (node, _state, ancestors) => {
    if (isWrong(node, ancestors.at(-2))) found.add(code.slice(0, node.start).split('\n').length)
  })
  for (const { index } of source.matchAll(/\bas (unknown as )?InertText\b/g)) {
    found.add(source.slice(0, index).split('\n').length)
  }
  const lines = source.split('\n')
  return [...found].sort((a, b) => a - b).map((line) => `${line}: ${lines[line - 1]?.trim()}`)
}
