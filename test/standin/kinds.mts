import { TERMS } from '../../dist/lib/sources/wandb/offers.js'
import { sdkFields } from './schema/sdk-fields.mts'
import type { StandinOptions } from './server.mts'

/** What nobody but this package asks for, in the words of `SchemaOptions.without`. */
const EXTRAS: readonly string[] = Object.values(TERMS)
  .flatMap(({ asks }): readonly string[] => asks)
  .filter((coordinate) => !sdkFields.has(coordinate))

/** What only one offer asks for can be left out as a whole: its fields, or else its arguments. */
const roots = (names: readonly string[]) =>
  names.filter((name) => !/^(ArtifactAliasAction|ArtifactCollectionAction|GenericWebhookIntegration)/.test(name))

/**
 * Servers as they are: of W&B's own, of today and earlier, and of whoever speaks its language. Each serves the same
 * world, and the same things happen behind each.
 */
export const KINDS = {
  'of today': {},
  'without what only its typing has': { schema: { without: roots(EXTRAS).filter((name) => !/[(=]/.test(name)) } },
  'that has nothing but what its SDK asks for': { schema: { only: sdkFields } },
  'older than automations of entities and sorted collections': {
    schema: {
      lacks: ['AUTOMATION_SCOPE_ENTITY', 'QUERY_AUTOMATIONS_ON_ENTITY', 'ARTIFACT_COLLECTIONS_FILTERING_SORTING'],
      without: ['Project.artifactCollections(order)', 'ArtifactCollectionMembership.createdAt'],
    },
  },
  'that is strict': { schema: { only: sdkFields }, strict: true },
  'that refuses with 422': { schema: { only: sdkFields }, refusal: { status: 422 } },
  'that refuses with 200': { schema: { only: sdkFields }, refusal: { status: 200 } },
  'that refuses with 500': { schema: { only: sdkFields }, refusal: { status: 500 } },
  'that puts names into single quotes': { schema: { only: sdkFields }, refusal: { status: 400, quotes: "'" } },
  'that does not say why it refuses': {
    schema: { only: sdkFields },
    refusal: { status: 400, hides: 'validation failed' },
  },
  'whose database lacks columns': { lacksColumns: ['tag', 'updated_at', 'created_at'] },
} as const satisfies Record<string, Omit<StandinOptions, 'world' | 'port'>>

export type Kind = keyof typeof KINDS
