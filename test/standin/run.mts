import { defaultFieldResolver, execute, type GraphQLSchema, parse } from 'graphql'
import type { Access } from './access.mts'
import { mutations } from './mutations.mts'
import { queries } from './queries.mts'

/**
 * Spoils fields while an answer is made: is called with the path of each, such as `watched.head.edges.3.node.name`, and
 * the type and name of the field (`ArtifactSequence.name`). What it throws is an error of that field, with what GraphQL
 * does then; what it gives takes the value's place; undefined leaves it.
 */
export type Spoil = (path: string, field: string, value: unknown) => unknown

export interface Running {
  readonly schema: GraphQLSchema
  readonly access: Access
  readonly query: string
  readonly variables: Record<string, unknown>
  readonly spoil: Spoil | null
}

/** Executes a document that fits the schema. */
export async function run({ schema, access, query, variables, spoil }: Running): Promise<object> {
  return execute({
    schema,
    document: parse(query),
    rootValue: { ...queries(access), ...mutations(access) },
    variableValues: variables,
    ...(spoil && {
      fieldResolver: async (source, args, context, info) => {
        const value: unknown = await defaultFieldResolver(source, args, context, info)
        const path: (string | number)[] = []
        for (let at: typeof info.path | undefined = info.path; at; at = at.prev) path.unshift(at.key)
        const spoilt = spoil(path.join('.'), `${info.parentType.name}.${info.fieldName}`, value)
        return spoilt === undefined ? value : spoilt
      },
    }),
  })
}
