import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { ArtifactEvent } from '../../../../dist/lib/events/event.js'
import { KINDS, type Kind } from '../../../standin/kinds.mts'
import type { Collection } from '../../../standin/things.mts'
import { trigger, type Watching, watching } from './watching.mts'

/** What can happen; numbers choose among what there is. */
type Happening =
  | { readonly kind: 'create' | 'poll' | 'restart' }
  | { readonly kind: 'link' | 'unlink'; readonly version: number }
  | { readonly kind: 'alias' | 'unalias'; readonly version: number; readonly name: number }
  | { readonly kind: 'tag' | 'untag'; readonly version: number; readonly name: number }
  | { readonly kind: 'mark' | 'unmark'; readonly name: number }

const version = fc.nat(9)
const name = fc.nat(2)
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.constantFrom(
    { kind: 'create' } as const,
    { kind: 'poll' } as const,
    { kind: 'poll' } as const,
    { kind: 'restart' } as const,
  ),
  fc.record({ kind: fc.constantFrom('link' as const, 'link' as const, 'unlink' as const), version }),
  fc.record({ kind: fc.constantFrom('alias' as const, 'unalias' as const), version, name }),
  fc.record({ kind: fc.constantFrom('tag' as const, 'untag' as const), version, name }),
  fc.record({ kind: fc.constantFrom('mark' as const, 'unmark' as const), name }),
)

function happen({ world, sequence, portfolio, version }: Watching, each: Happening): void {
  const versions = [...world.artifacts.values()]
  const pick = (number: number) => versions[number % versions.length] ?? assert.fail()
  const isLinked = (number: number) => pick(number).memberships.some(({ collection }) => collection === portfolio)
  const alias = (number: number) => `alias-${number}`
  switch (each.kind) {
    case 'create':
      version()
      return
    case 'link':
      world.link(pick(each.version), portfolio)
      return
    case 'unlink':
      if (isLinked(each.version)) world.unlink(pick(each.version), portfolio)
      return
    case 'alias':
      world.addAlias(pick(each.version), isLinked(each.version) ? portfolio : sequence, alias(each.name))
      return
    case 'unalias':
      for (const membership of pick(each.version).memberships) {
        if (membership.aliases.some((has) => has.alias === alias(each.name)))
          world.removeAlias(pick(each.version), membership.collection, alias(each.name))
      }
      return
    case 'tag':
      world.tag(pick(each.version), `tag-${each.name}`)
      return
    case 'untag':
      world.untag(pick(each.version), `tag-${each.name}`)
      return
    case 'mark':
      world.tagCollection(portfolio, `mark-${each.name}`)
      return
    case 'unmark':
      world.untagCollection(portfolio, `mark-${each.name}`)
      return
  }
}

/** What is true of a collection, as sorted texts: versions, who has which alias, tags. */
function truth({ memberships, tags }: Collection): string[] {
  return [
    ...memberships.map(({ index }) => `version ${index}`),
    ...memberships.flatMap(({ aliases, artifact }) => aliases.map(({ alias }) => `alias ${alias} ${artifact.id}`)),
    ...memberships.flatMap(({ artifact }) => [...artifact.tags].map((tag) => `tag ${tag} ${artifact.id}`)),
    ...[...tags].map((tag) => `mark ${tag}`),
  ].sort()
}

/**
 * What is true after the events, of what was true before. Each must change it: an event that says nothing new is false.
 * Tags come and go with the version that has them, without an event.
 */
function retell(before: readonly string[], events: readonly ArtifactEvent[]): string[] {
  const facts = new Set(before)
  for (const event of events) {
    const artifact = Number(
      Buffer.from(event.artifact_version?.split('/').at(-1) ?? '', 'base64')
        .toString()
        .split(':')[1],
    )
    const add = (fact: string) => {
      assert.equal(facts.has(fact), false, `${event.event_type}: ${fact} was true already`)
      facts.add(fact)
    }
    const remove = (fact: string) => assert.equal(facts.delete(fact), true, `${event.event_type}: ${fact} was not true`)
    switch (event.event_type) {
      case 'LINK_ARTIFACT':
      case 'CREATE_ARTIFACT':
        add(`version ${event.artifact_version_index}`)
        break
      case 'UNLINK_ARTIFACT':
        remove(`version ${event.artifact_version_index}`)
        break
      case 'ADD_ARTIFACT_ALIAS':
        add(`alias ${event.alias} ${artifact}`)
        break
      case 'REMOVE_ARTIFACT_ALIAS':
        remove(`alias ${event.alias} ${artifact}`)
        break
      case 'ADD_ARTIFACT_TAG':
        add(`tag ${event.tag} ${artifact}`)
        break
      case 'REMOVE_ARTIFACT_TAG':
        remove(`tag ${event.tag} ${artifact}`)
        break
      case 'ADD_COLLECTION_TAG':
        add(`mark ${event.tag}`)
        break
      case 'REMOVE_COLLECTION_TAG':
        remove(`mark ${event.tag}`)
        break
      default:
        assert.fail(event.event_type)
    }
  }
  return [...facts].sort()
}

describe('Whatever happens to a registry and a project', () => {
  const kinds = Object.keys(KINDS) as Kind[]
  for (const { title, touches, kind, runs } of [
    { title: 'a server that moves nothing to the front', touches: false, kind: 'of today' as Kind, runs: 60 },
    ...kinds.map((kind) => ({ title: `a server ${kind}`, touches: true, kind, runs: kind === 'of today' ? 60 : 20 })),
  ]) {
    it(`is retold by the events, no more and no less: ${title}`, async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(happening, { minLength: 1, maxLength: 25 }), async (story) => {
          const watch = await watching(
            [trigger('registry', { project: 'model' }), trigger('project', { entity: 'vision', project: 'training' })],
            { touches, server: KINDS[kind] },
          )
          try {
            await watch.poll()
            const places = [watch.sequence, watch.portfolio]
            const withoutTags = (facts: readonly string[]) => facts.filter((fact) => !fact.startsWith('tag '))
            let told = places.map(truth)
            for (const each of [...story, { kind: 'poll' } as const]) {
              if (each.kind === 'restart') watch.restart()
              else if (each.kind !== 'poll') happen(watch, each)
              else {
                const events = await watch.poll()
                for (const [index, place] of places.entries()) {
                  const own = events.filter((event) => event.artifact_collection_name === place.name)
                  const retold = retell(told[index] ?? [], own)
                  assert.deepEqual(withoutTags(retold), withoutTags(truth(place)))
                }
                assert.equal(
                  new Set(watch.store.events.map(({ event_id }) => event_id)).size,
                  watch.store.events.length,
                )
                told = places.map(truth)
              }
            }
          } finally {
            await watch.close()
          }
        }),
        { numRuns: runs },
      )
    }).timeout(120_000)
  }
})
