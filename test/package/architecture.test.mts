import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { PHASES } from '../../scripts/test/phases.mts'
import { code, rows } from './markdown.mts'
import { filesBelow, packageJson, read, root } from './repository.mts'
import { ROOMS } from './rooms.mts'

const page = read('docs/architecture.md')
const contributing = read('CONTRIBUTING.md')

/** What a page names in code that is a place in the repository: without `<type>` and stars, which stand for many. */
function places(text: string): string[] {
  const named = [...text.matchAll(/`((?:lib|nodes|test|docs|scripts|examples)\/[^`\s]*)`/g)].map(
    ([, place = '']) => place,
  )
  return [...new Set(named)].filter((place) => !/[<*]/.test(place))
}

/** The steps of one of the ways. */
const steps = (heading: string) =>
  page
    .split(/^## /m)
    .find((part) => part.startsWith(`${heading}\n`))
    ?.match(/^\d+\. .*$/gm) ?? []

describe('the page on the architecture', () => {
  it('shows the rooms in the order that the structure is held to, each with what stands there', () => {
    const listed = rows(page, 'Rooms', 'room').map(([room, what]) => {
      assert.ok(what)
      return room === 'ground' ? 'ground' : code(room).replace('nodes/<type>/', 'node').replace(/\/$/, '')
    })
    assert.deepEqual(listed, ROOMS)
  })

  it('shows every folder of lib as a room', () => {
    const folders = new Set(filesBelow('lib').flatMap((file) => file.match(/^lib\/[^/]+(?=\/)/) ?? []))
    assert.deepEqual([...folders].sort(), ROOMS.filter((room) => room.startsWith('lib/')).sort())
  })

  for (const [heading, least] of [
    ['The way of an event', 12],
    ['The way of a secret', 7],
    ['The way of a deploy', 9],
  ] as const) {
    it(`follows ${heading.toLowerCase()} from file to file`, () => {
      assert.ok(steps(heading).length >= least)
      for (const step of steps(heading)) assert.ok(places(step).length > 0, step)
    })
  }

  it('says of every promise who keeps it, and which test proves it', () => {
    const promises = rows(page, 'Who keeps which promise', 'promise')
    assert.ok(promises.length >= 10)
    for (const [promise, kept = '', proved = ''] of promises) {
      assert.ok(places(kept).length > 0, promise)
      assert.ok(places(proved).length > 0 && places(proved).every((place) => place.startsWith('test/')), promise)
    }
  })

  it('has a page for every decision', () => {
    const listed = rows(page, 'Decisions', 'page').map(([link = '']) => /\((.+)\)/.exec(link)?.[1])
    assert.deepEqual(listed.map((link) => `docs/${link}`).sort(), filesBelow('docs/decisions', '.md'))
    for (const decision of filesBelow('docs/decisions', '.md')) {
      for (const part of ['**Decided:**', '**Why.**', '**What it costs.**'])
        assert.ok(read(decision).includes(part), decision)
    }
  })

  for (const file of ['docs/architecture.md', 'CONTRIBUTING.md', ...filesBelow('docs/decisions', '.md')]) {
    it(`${file} names places that are there`, () => {
      const named = places(read(file))
      assert.ok(named.length > 0)
      assert.deepEqual(
        named.filter((place) => !existsSync(path.join(root, place))),
        [],
      )
    })
  }
})

describe('the page for contributors', () => {
  it('lists every command', () => {
    const listed = rows(contributing, 'Commands', 'command').map(([command]) =>
      code(command).replace(/^npm (run )?| --.*$/g, ''),
    )
    assert.deepEqual(
      listed.sort(),
      Object.keys(packageJson.scripts)
        .filter((name) => name !== 'prepack')
        .sort(),
    )
  })

  it('lists every phase of the tests, with its folder and what it needs', () => {
    const listed = rows(contributing, 'Tests', 'phase').flatMap(([names = '', runs = '', needs = '']) =>
      names.split(', ').map((name) => [code(name), code(/`[^`]+`/.exec(runs)?.[0]), needs !== '']),
    )
    const known = PHASES.map(({ name, files, mayLack }) => [
      name,
      files.replace('**/*.test.mts', ''),
      mayLack !== undefined,
    ])
    assert.deepEqual(listed, known)
  })
})
