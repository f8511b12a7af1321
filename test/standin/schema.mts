import { readFileSync } from 'node:fs'
import path from 'node:path'
import { buildSchema, type GraphQLSchema } from 'graphql'

/** What a W&B server may or may not offer beside what its SDK relies on; see the marks in schema.graphql. */
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

const text = readFileSync(path.join(import.meta.dirname, 'schema.graphql'), 'utf8')

/** The schema of a server with exactly these offers. The interfaces' types are told by `__typename` on the values. */
export function wandbSchema(offers: readonly Offer[] = OFFERS): GraphQLSchema {
  const lines = text.split('\n').filter((line) => {
    const mark = line.match(/# offer: (\w+)/)
    if (!mark) return true
    if (!(OFFERS as readonly string[]).includes(mark[1] ?? ''))
      throw new Error(`unknown offer in schema.graphql: ${line}`)
    return (offers as readonly string[]).includes(mark[1] ?? '')
  })
  return buildSchema(lines.join('\n'))
}
