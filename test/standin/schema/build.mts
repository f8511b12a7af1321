import { readFileSync } from 'node:fs'
import path from 'node:path'
import {
  buildASTSchema,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type GraphQLSchema,
  Kind,
  parse,
  type TypeDefinitionNode,
  type TypeExtensionNode,
} from 'graphql'
import { typingSchema } from './typing.mts'

/** What a server has, and has not. */
export interface SchemaOptions {
  /** Features of `later.graphql` (`since`) that it is too old for. */
  readonly lacks?: readonly string[]
  /** What else it has not: `Type.field`, `Type.field(argument)`, or `Union = Member`. */
  readonly without?: readonly string[]
  /** Nothing but these coordinates. */
  readonly only?: ReadonlySet<string>
  /** With fields that nobody has shown. */
  readonly guessed?: boolean
  /** With types that W&B does not have yet. */
  readonly future?: boolean
}

const read = (name: string) => parse(readFileSync(path.join(import.meta.dirname, name), 'utf8'))

const typing = parse(typingSchema(), { noLocation: true })
/** What the SDK has asked for since; each with the operation that shows it. */
export const later: DocumentNode = read('later.graphql')
const guesses = read('guessed.graphql')
const futures = read('future.graphql')

/** A W&B server's schema. */
export function wandbSchema({ lacks = [], without = [], only, guessed, future }: SchemaOptions = {}): GraphQLSchema {
  const types = new Map(typing.definitions.filter(isType).map((type) => [type.name.value, type]))
  const further = [...(guessed ? guesses.definitions : []), ...(future ? futures.definitions : [])]
  for (const definition of [...later.definitions, ...further]) {
    if (lacks.includes(shownBy(definition).since ?? '')) continue
    if (isType(definition)) types.set(definition.name.value, definition)
    else if (isExtension(definition)) {
      const extended = types.get(definition.name.value)
      if (!extended) throw new Error(`there is no ${definition.name.value} to extend`)
      types.set(extended.name.value, joined(extended, definition))
    }
  }
  const portfolio = types.get('ArtifactPortfolio')
  if (future && portfolio) types.set('LaterCollection', { ...portfolio, name: named('LaterCollection') })
  for (const what of without) leaveOut(types, what)
  if (only) for (const [name, type] of types) types.set(name, limited(type, only))
  return buildASTSchema({
    kind: Kind.DOCUMENT,
    definitions: [...types.values(), ...later.definitions.filter(({ kind }) => kind === Kind.DIRECTIVE_DEFINITION)],
  })
}

const named = (value: string): TypeDefinitionNode['name'] => ({ kind: Kind.NAME, value })

/** A type of what a query gives with what is in the list; its identity stays, because no type is empty. */
function limited(type: TypeDefinitionNode, only: ReadonlySet<string>): TypeDefinitionNode {
  const { name } = type
  const own = [name.value, ...('interfaces' in type ? (type.interfaces ?? []).map((each) => each.name.value) : [])]
  const has = (rest: string) => own.some((each) => only.has(each + rest))
  if (type.kind !== Kind.OBJECT_TYPE_DEFINITION && type.kind !== Kind.INTERFACE_TYPE_DEFINITION) return type
  if (name.value === 'Mutation') return type
  const fields = (type.fields ?? [])
    .filter((field) => field.name.value === 'id' || has(`.${field.name.value}`))
    .map((field) => {
      const isGiven = (argument: string) => has(`.${field.name.value}(${argument})`)
      return { ...field, arguments: (field.arguments ?? []).filter((argument) => isGiven(argument.name.value)) }
    })
  // nobody asks for it
  return fields.length > 0 ? { ...type, fields } : type
}

/** The SDK's operation that shows an entry of `later.graphql`, and the feature that it asks for first. */
export function shownBy(definition: DefinitionNode): { operation: string | null; since: string | null } {
  const given = 'directives' in definition ? (definition.directives ?? []) : []
  const value = (name: string) => {
    const found = given
      .find((directive) => directive.name.value === 'shownBy')
      ?.arguments?.find((argument) => argument.name.value === name)?.value
    return found?.kind === Kind.STRING ? found.value : null
  }
  return { operation: value('operation'), since: value('since') }
}

const isType = (definition: DefinitionNode): definition is TypeDefinitionNode =>
  definition.kind.endsWith('TypeDefinition')
export const isExtension = (definition: DefinitionNode): definition is TypeExtensionNode =>
  definition.kind.endsWith('TypeExtension')

/** A type with what an extension adds: fields, arguments of fields that are there, members, values. */
function joined(type: TypeDefinitionNode, extension: TypeExtensionNode): TypeDefinitionNode {
  switch (type.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION: {
      const fields = new Map((type.fields ?? []).map((field) => [field.name.value, field]))
      for (const field of ('fields' in extension ? (extension.fields ?? []) : []) as FieldDefinitionNode[]) {
        const had = fields.get(field.name.value)
        const known = had?.arguments ?? []
        const added = (field.arguments ?? []).filter(
          ({ name }) => !known.some((argument) => argument.name.value === name.value),
        )
        fields.set(field.name.value, { ...(had ?? field), arguments: [...known, ...added] })
      }
      return { ...type, fields: [...fields.values()] }
    }
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      if (extension.kind !== Kind.INPUT_OBJECT_TYPE_EXTENSION) break
      return { ...type, fields: [...(type.fields ?? []), ...(extension.fields ?? [])] }
    case Kind.ENUM_TYPE_DEFINITION:
      if (extension.kind !== Kind.ENUM_TYPE_EXTENSION) break
      return { ...type, values: [...(type.values ?? []), ...(extension.values ?? [])] }
    case Kind.UNION_TYPE_DEFINITION:
      if (extension.kind !== Kind.UNION_TYPE_EXTENSION) break
      return { ...type, types: [...(type.types ?? []), ...(extension.types ?? [])] }
  }
  throw new Error(`${type.name.value} cannot be extended so`)
}

/** Takes `Type.field`, `Type.field(argument)` or `Union = Member` out of the types. */
function leaveOut(types: Map<string, TypeDefinitionNode>, what: string): void {
  const [, name = '', field, argument, member] = what.match(/^(\w+)(?:\.(\w+)(?:\((\w+)\))?| = (\w+))$/) ?? []
  const type = types.get(name)
  const before = JSON.stringify(type)
  if (type?.kind === Kind.UNION_TYPE_DEFINITION)
    types.set(name, { ...type, types: (type.types ?? []).filter((each) => each.name.value !== member) })
  if (type?.kind === Kind.OBJECT_TYPE_DEFINITION || type?.kind === Kind.INTERFACE_TYPE_DEFINITION) {
    const fields = (type.fields ?? []).flatMap((each) => {
      if (each.name.value !== field) return [each]
      if (argument === undefined) return []
      return [{ ...each, arguments: (each.arguments ?? []).filter((given) => given.name.value !== argument) }]
    })
    types.set(name, { ...type, fields })
    // what implements an interface has it from there
    for (const other of type.kind === Kind.INTERFACE_TYPE_DEFINITION ? [...types.values()] : []) {
      if (other.kind === Kind.OBJECT_TYPE_DEFINITION && other.interfaces?.some((each) => each.name.value === name))
        leaveOut(types, `${other.name.value}${what.slice(name.length)}`)
    }
  }
  if (JSON.stringify(types.get(name)) === before) throw new Error(`there is no ${what} to leave out`)
}
