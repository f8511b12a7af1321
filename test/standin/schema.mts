import { readFileSync } from 'node:fs'
import path from 'node:path'
import { buildASTSchema, type ConstDirectiveNode, type GraphQLSchema, Kind, parse, visit } from 'graphql'

/** What a W&B server may or may not offer beside what its SDK relies on; see schema.graphql. */
export const OFFERS = [
  'aliasHolder',
  'authors',
  'linkTime',
  'memberships',
  'entityTriggers',
  'organizationTriggers',
  'secretNames',
  'aria',
] as const
export type Offer = (typeof OFFERS)[number]

const document = parse(readFileSync(path.join(import.meta.dirname, 'schema.graphql'), 'utf8'))

/** The schema of a server with exactly these offers. Interfaces and unions tell their types by `__typename`. */
export function wandbSchema(offers: readonly Offer[] = OFFERS): GraphQLSchema {
  const removed = new Set<string>()
  const isOffered = (directives: readonly ConstDirectiveNode[] = []) =>
    directives.every(({ name, arguments: given }) => {
      const value = given?.[0]?.value
      return (
        name.value !== 'offer' || (value?.kind === Kind.STRING && (offers as readonly string[]).includes(value.value))
      )
    })
  const kept = visit(document, {
    FieldDefinition: (field) => (isOffered(field.directives) ? undefined : null),
    ObjectTypeDefinition: (type) => {
      if (isOffered(type.directives)) return undefined
      removed.add(type.name.value)
      return null
    },
  })
  const whole = visit(kept, {
    UnionTypeDefinition: (union) => ({
      ...union,
      types: union.types?.filter(({ name }) => !removed.has(name.value)) ?? [],
    }),
  })
  return buildASTSchema(whole)
}
