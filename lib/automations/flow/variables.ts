import { isObject } from '../../json.js'
import type { FlowGraph, RunningNode, SavedNode } from './graph.js'

/** A variable as a flow, a group, a subflow or one of its instances declares it. */
interface Declared {
  readonly name: string
  readonly type: string
  readonly value: unknown
}

/** Where variables are declared, and where those are looked for that are not. */
interface Scope {
  readonly declared: readonly Declared[]
  readonly outer: Scope | null
}

const PARENT = '$parent.'

/**
 * What Node-RED puts in the place of `${name}` where a node runs: the variable of the innermost group, subflow's instance
 * or flow that declares it, else one of the process (runtime/lib/flows: Group, Subflow, Flow, `getSetting`). Undefined
 * where there is none, and for those that a flow file does not tell: credentials and expressions.
 * @param ofProcess a variable of the process
 */
export function variableOf(
  graph: FlowGraph,
  running: RunningNode,
  name: string,
  ofProcess: (name: string) => string | undefined,
): unknown {
  return lookedUp(scopeOf(graph, running), name, ofProcess)
}

function lookedUp(scope: Scope | null, name: string, ofProcess: (name: string) => string | undefined): unknown {
  if (scope === null) return ofProcess(name)
  if (name.startsWith(PARENT)) return lookedUp(scope.outer, name.slice(PARENT.length), ofProcess)
  const declared = scope.declared.find((one) => one.name === name)
  if (declared === undefined) return lookedUp(scope.outer, name, ofProcess)
  const { type, value } = declared
  if (type !== 'env') return typed(type, value)
  // one that names itself means the one outside
  const others = { ...scope, declared: scope.declared.filter((one) => one !== declared) }
  const other = (asked: string) => lookedUp(others, asked, ofProcess) ?? ''
  const saved = String(value)
  return saved.includes('${')
    ? saved.replace(/\$\{([^{}]+)\}/g, (_all, asked: string) => String(other(asked)))
    : other(saved)
}

function typed(type: string, value: unknown): unknown {
  if (type === 'cred' || type === 'jsonata' || type === 'bin') return undefined
  if (type === 'num') return Number(value)
  if (type === 'bool') return value === true || value === 'true'
  if (type !== 'json') return value
  try {
    return JSON.parse(String(value))
  } catch {
    return undefined
  }
}

function scopeOf(graph: FlowGraph, { node, instance }: RunningNode): Scope | null {
  const group = typeof node['g'] === 'string' ? graph.inside(instance, node['g']) : undefined
  if (group?.node.type === 'group') return { declared: declaredIn(group.node), outer: scopeOf(graph, group) }
  if (instance) {
    const definition = graph.definitionOf(instance.node)
    const own = declaredIn(instance.node)
    const usual = definition ? declaredIn(definition).filter(({ name }) => !own.some((one) => one.name === name)) : []
    return { declared: [...own, ...usual], outer: scopeOf(graph, instance) }
  }
  const everywhere = { declared: graph.ofType('global-config').flatMap((one) => declaredIn(one.node)), outer: null }
  const [flow] = graph.flowOf(node)
  return flow ? { declared: declaredIn(flow), outer: everywhere } : everywhere
}

function declaredIn({ env }: SavedNode): Declared[] {
  return (Array.isArray(env) ? env : []).filter(
    (one): one is Declared => isObject(one) && typeof one['name'] === 'string',
  )
}
