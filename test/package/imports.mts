import { stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { parse } from 'acorn'
import { filesBelow, read } from './repository.mts'

export interface Import {
  readonly from: string
  /** Path from the root for one of our own modules (as its TypeScript source), else the name of the package. */
  readonly to: string
  readonly own: boolean
}

/**
 * Every import of a TypeScript source that is there at run time. Imports of types alone vanish in the build and are
 * free to point anywhere: they are left out unless `types` is set.
 */
export function importsOf(file: string, { types = false } = {}): Import[] {
  const source = read(file)
  const specifiers = types ? typeSpecifiers(source) : runtimeSpecifiers(source)
  return specifiers.map((specifier) => {
    if (!specifier.startsWith('.')) return { from: file, to: specifier, own: false }
    const target = path.join(path.dirname(file), specifier).replace(/\.js$/, '.ts')
    return { from: file, to: target, own: true }
  })
}

interface ModuleItem {
  readonly type: string
  readonly source?: { readonly value: string } | null
}

function runtimeSpecifiers(source: string): string[] {
  const { body } = parse(stripTypeScriptTypes(source), { ecmaVersion: 'latest', sourceType: 'module' })
  return (body as ModuleItem[]).flatMap(({ source }) => (source ? [source.value] : []))
}

function typeSpecifiers(source: string): string[] {
  return [...source.matchAll(/^(?:import|export)\s[^'"]*?from\s+'([^']+)'/gm)].map(([, specifier = '']) => specifier)
}

/** The runtime and library sources; not the tests, not declarations. */
export const SOURCES = [...filesBelow('lib', '.ts'), ...filesBelow('nodes', '.ts')].filter(
  (file) => !file.endsWith('.d.ts'),
)

/** Walks from a module over our own modules; returns every module that is loaded with it, itself included. */
export function loadedWith(entry: string): Import[] {
  const seen = new Set<string>()
  const found: Import[] = []
  const visit = (file: string) => {
    if (seen.has(file)) return
    seen.add(file)
    for (const one of importsOf(file)) {
      found.push(one)
      if (one.own && one.to.endsWith('.ts')) visit(one.to)
    }
  }
  visit(entry)
  return found
}

/** Circles among modules that import each other, types alone too, each as a list of files. */
export function circles(files: readonly string[]): string[][] {
  const found: string[][] = []
  const done = new Set<string>()
  const visit = (file: string, trail: readonly string[]) => {
    if (done.has(file)) return
    const at = trail.indexOf(file)
    if (at !== -1) {
      found.push([...trail.slice(at), file])
      return
    }
    for (const { to, own } of importsOf(file, { types: true })) {
      if (own && to.endsWith('.ts')) visit(to, [...trail, file])
    }
    done.add(file)
  }
  for (const file of files) visit(file, [])
  return found
}
