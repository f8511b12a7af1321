import assert from 'node:assert/strict'
import { editorDefinition } from './editor-page.mts'
import { NODE_TYPES, readJson } from './repository.mts'

interface SavedNode {
  readonly id: string
  readonly type: string
  readonly name?: string
  readonly wires?: readonly (readonly string[])[]
  readonly [property: string]: unknown
}

/** What every node on the canvas has beside its own properties. */
const PLACE = ['id', 'type', 'z', 'x', 'y', 'wires']

const demo: SavedNode[] = readJson('scripts/demo/flow.json')
const ours = demo.filter(({ type }) => NODE_TYPES.includes(type))

describe('the demo flow of npm start', () => {
  it('has every property that the editor saves, and no other', () => {
    for (const node of ours) {
      const { category, defaults } = editorDefinition(node.type)
      const place = category === 'config' ? ['id', 'type'] : PLACE
      assert.deepEqual(
        Object.keys(node).sort(),
        [...place, ...Object.keys(defaults)].sort(),
        `${node.type} ${node.name}`,
      )
    }
  })

  it('wires only what is there', () => {
    const ids = new Set(demo.map(({ id }) => id))
    for (const { id, wires = [] } of demo) {
      for (const target of wires.flat()) assert.ok(ids.has(target), `${id} is wired to ${target}`)
    }
  })

  it('holds no secret, not even a made up one', () => {
    for (const node of demo) assert.equal('credentials' in node, false)
  })
})
