import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

/*
 * W&B's schema as GraphQL text, made from the TypeScript that its own generator wrote from https://api.wandb.ai/graphql
 * and that the npm package `@wandb/sdk` publishes. A declaration there is one of
 *
 *   type A = B & { __typename?: 'A'; field?: Maybe<Array<Scalars['String']>>; }   an object that implements B
 *   type A = { field: B; }                                                        an interface, or an input
 *   type AFieldArgs = { first?: InputMaybe<Scalars['Int']>; }                     the arguments of A.field
 *   type A = B | C;                                                               a union
 *   declare enum A { Name = "VALUE" }
 */

const SCALARS = ['ID', 'String', 'Boolean', 'Int', 'Float']

interface Declared {
  /** What it implements. */
  readonly bases: readonly string[]
  /** Whether it names its type: only what a query can give does. */
  readonly isObject: boolean
  /** Their types in GraphQL's words. */
  readonly fields: ReadonlyMap<string, string>
  /** Only what a query can give may be `Maybe`. */
  readonly isOutput: boolean
}

/** Where the typing is, in the package that is installed. */
function typingFile(): string {
  const { resolve } = createRequire(import.meta.url)
  return path.join(path.dirname(resolve('@wandb/sdk/package.json')), 'dist/gql/graphql.d.ts')
}

/** The schema that W&B published, in GraphQL's schema language. */
export function typingSchema(): string {
  const text = readFileSync(typingFile(), 'utf8')
    .replace(/\/\*\*[\s\S]*?\*\//g, '')
    // below the schema stand the operations of that package
    .split(/^export type \w+(?:Query|Mutation)Variables = /m)[0] as string
  const parts: string[] = []
  const scalars = [...(text.match(/export type Scalars = \{([^}]*)\}/)?.[1] ?? '').matchAll(/(\w+):/g)]
  for (const [, name = ''] of scalars) if (!SCALARS.includes(name)) parts.push(`scalar ${name}`)
  for (const [, name, values = ''] of text.matchAll(/^export declare enum (\w+) \{([^}]*)\}/gm))
    parts.push(`enum ${name} { ${[...values.matchAll(/"(\w+)"/g)].map(([, value]) => value).join(' ')} }`)
  for (const [, name, members = ''] of text.matchAll(/^export type (\w+) = ([\w |]+);/gm))
    if (!['Maybe', 'InputMaybe'].includes(name ?? '')) parts.push(`union ${name} = ${members}`)
  const declared = new Map(
    [...text.matchAll(/^export type (\w+) = ((?:\w+ & )*)\{\n([\s\S]*?)^\};/gm)]
      .filter(([, name]) => name !== 'Scalars')
      .map(([, name = '', bases = '', body = '']) => [name, declaration(bases, body)] as const),
  )
  const bases = new Set([...declared.values()].flatMap((each) => each.bases))
  const argumentsOf = (type: string, field: string) =>
    declared.get(`${type}${field.slice(0, 1).toUpperCase()}${field.slice(1)}Args`)
  for (const [name, { isObject, isOutput, fields, bases: implemented }] of declared) {
    const isInterface = bases.has(name) || (!isObject && isOutput)
    // arguments are written where their fields are
    if (name.endsWith('Args') && !isObject && !isInterface) continue
    const kind = isObject ? 'type' : isInterface ? 'interface' : 'input'
    const lines = [...fields].map(([field, type]) => {
      const given = kind === 'input' ? undefined : argumentsOf(name, field)
      const list = given ? `(${[...given.fields].map(([argument, of]) => `${argument}: ${of}`).join(', ')})` : ''
      return `  ${field}${list}: ${type}`
    })
    const what = implemented.length > 0 ? ` implements ${implemented.join(' & ')}` : ''
    parts.push(`${kind} ${name}${what} {\n${lines.join('\n')}\n}`)
  }
  return parts.join('\n\n')
}

function declaration(bases: string, body: string): Declared {
  const lines = [...body.matchAll(/^ {4}(\w+)(\?)?: (.*);$/gm)]
  const fields = lines.filter(([, name]) => name !== '__typename')
  return {
    bases: [...bases.matchAll(/\w+/g)].map(([name]) => name),
    isObject: fields.length < lines.length,
    isOutput: fields.some(([, , , type = '']) => /\bMaybe</.test(type)),
    fields: new Map(fields.map(([, name = '', , type = '']) => [name, inGraphql(type)])),
  }
}

/** `Maybe<Array<Scalars['ID']>>` is `[ID!]`. */
function inGraphql(type: string): string {
  const nullable = type.match(/^(?:Input)?Maybe<(.*)>$/)
  if (nullable) return inGraphql(nullable[1] ?? '').replace(/!$/, '')
  const list = type.match(/^Array<(.*)>$/)
  if (list) return `[${inGraphql(list[1] ?? '')}]!`
  return `${type.match(/^Scalars\['(\w+)'\]$/)?.[1] ?? type}!`
}
