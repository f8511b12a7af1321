import assert from 'node:assert/strict'
import fc from 'fast-check'
import { filtered, type ListedAutomation, sorted, sortedNext } from '../../../dist/nodes/automations/automation-list.js'
import { editorIdOf } from '../../../dist/nodes/automations/editor-id.js'
import { type PageOf, withNewest, withOlder } from '../../../dist/nodes/automations/paged-list.js'
import { pathOf } from '../../../dist/nodes/automations/query.js'
import { rowsInSight, rowsToMake, scrollTo } from '../../../dist/nodes/automations/row-window.js'
import { inTroubleFirst } from '../../../dist/nodes/automations/webhook-list.js'

const listed = (name: string, more: Partial<ListedAutomation> = {}): ListedAutomation => ({
  name,
  sentence: `Fires when ${name}`,
  source: 'source',
  events: ['LINK_ARTIFACT'],
  webhooks: ['hook'],
  states: ['enabled'],
  lastFiredAt: null,
  failed: 0,
  fired: 0,
  ...more,
})
const names = (rows: readonly { name: string }[]) => rows.map(({ name }) => name)
const EVERYTHING = { search: '', source: '', event: '', webhook: '', state: '' }

describe('the list of automations in the sidebar', () => {
  const rows = [
    listed('deploy', { states: ['not-deployed', 'disabled'], lastFiredAt: '2026-01-02T00:00:00Z', failed: 2 }),
    listed('announce', { webhooks: ['other'], events: ['RUN_STATE'], lastFiredAt: '2026-01-03T00:00:00Z', fired: 9 }),
    listed('clean up', { source: 'second' }),
  ]

  it('is filtered by words of name and sentence, in any order and case, and by each of its fields', () => {
    const find = (filter: object) => names(filtered(rows, { ...EVERYTHING, ...filter }))
    assert.deepEqual(find({}), ['deploy', 'announce', 'clean up'])
    assert.deepEqual(find({ search: ' UP fires ' }), ['clean up'])
    assert.deepEqual(find({ source: 'second' }), ['clean up'])
    assert.deepEqual(find({ event: 'RUN_STATE' }), ['announce'])
    assert.deepEqual(find({ webhook: 'other' }), ['announce'])
    assert.deepEqual(find({ state: 'disabled' }), ['deploy'])
    assert.deepEqual(find({ state: 'disabled', source: 'second' }), [])
  })

  it('is sorted by each column, and what is equal by name', () => {
    assert.deepEqual(names(sorted(rows, { key: 'name', direction: 'ascending' })), ['announce', 'clean up', 'deploy'])
    assert.deepEqual(names(sorted(rows, { key: 'fired', direction: 'descending' })), ['announce', 'deploy', 'clean up'])
    assert.deepEqual(names(sorted(rows, { key: 'day', direction: 'descending' })), ['deploy', 'announce', 'clean up'])
    assert.deepEqual(names(sorted(rows, { key: 'state', direction: 'ascending' })), ['announce', 'clean up', 'deploy'])
  })

  it('turns round when its column is chosen again; times and failures begin with the most', () => {
    const first = sortedNext({ key: 'name', direction: 'ascending' }, 'fired')
    assert.deepEqual(first, { key: 'fired', direction: 'descending' })
    assert.deepEqual(sortedNext(first, 'fired'), { key: 'fired', direction: 'ascending' })
    assert.deepEqual(sortedNext(first, 'name'), { key: 'name', direction: 'ascending' })
  })
})

describe('the list of webhooks in the sidebar', () => {
  const at = (hour: number) => `2026-01-02T0${hour}:00:00Z`
  const webhook = (name: string, state: 'working' | 'held' | 'paused' | 'resting' | 'broken', more = {}) => ({
    id: name,
    name,
    state,
    url: 'https://example.com',
    service: 'generic',
    reason: null,
    until: null,
    waiting: 0,
    oldest_waiting_at: null,
    day: { delivered: 0, failed: 0 },
    last_delivered_at: at(2),
    last_error: null,
    used_by: [],
    ...more,
  })
  const error = (hour: number) => ({ last_error: { code: 'http_status', message: '500', at: at(hour) } })

  it('has those on top that are in trouble, one that fails still among them', () => {
    const names = inTroubleFirst([
      webhook('b works', 'working'),
      webhook('a works again', 'working', error(1)),
      webhook('held', 'held'),
      webhook('resting', 'resting', error(3)),
      webhook('fails', 'working', error(3)),
      webhook('never delivered', 'working', { ...error(1), last_delivered_at: null }),
      webhook('paused', 'paused'),
      webhook('broken', 'broken'),
    ]).map(({ name }) => name)
    const inOrder = ['broken', 'fails', 'never delivered', 'paused', 'resting', 'held', 'a works again', 'b works']
    assert.deepEqual(names, inOrder)
  })
})

describe('the rows that a long table makes', () => {
  it('are those in sight with some spare, whatever is scrolled to', () => {
    const whole = fc.record({
      top: fc.nat(5_000_000),
      height: fc.nat(2_000),
      rowHeight: fc.integer({ min: 10, max: 60 }),
      count: fc.nat(100_000),
    })
    fc.assert(
      fc.property(whole, (scrolled) => {
        const { top, height, rowHeight, count } = scrolled
        const { first, end } = rowsToMake(rowsInSight(scrolled), null, count)
        assert.ok(first >= 0 && first <= end && end <= count)
        assert.ok(end - first <= height / rowHeight + 8)
        const [firstSeen, lastSeen] = [Math.floor(top / rowHeight), Math.ceil((top + height) / rowHeight) - 1]
        for (const seen of [firstSeen, lastSeen]) if (seen < count && height > 0) assert.ok(seen >= first && seen < end)
      }),
    )
  })

  it('are kept as long as they reach, and made some at a time', () => {
    const size = { height: 300, rowHeight: 30, count: 1000 }
    let [made, times] = [rowsToMake(rowsInSight({ top: 0, ...size }), null, 1000), 0]
    for (let top = 0; top <= 20_000; top += 30) {
      const seen = rowsInSight({ top, ...size })
      const now = rowsToMake(seen, made, 1000)
      assert.ok(now.first <= seen.first && now.end >= seen.end && now.end - now.first <= 10 + 2 * 17)
      if (now !== made) times += 1
      made = now
    }
    assert.ok(times <= 20_000 / 30 / 12, `${times} times`)
  })

  it('scroll only as far as it takes to see one whole', () => {
    const scrolled = { top: 100, height: 200, rowHeight: 50, count: 100 }
    assert.equal(scrollTo(2, scrolled), null)
    assert.equal(scrollTo(1, scrolled), 50)
    assert.equal(scrollTo(6, scrolled), 150)
  })
})

describe('a list that is known page by page', () => {
  const page = (rows: string[], next: string | null): PageOf<string> => ({ rows, next })
  const key = (row: string) => row

  it('takes what is new, keeps what is older, and loses what does not match any more', () => {
    const known = page(['d', 'c', 'b', 'a'], 'further')
    assert.deepEqual(
      withNewest(known, page(['f', 'e', 'd', 'b'], 'b'), key),
      page(['f', 'e', 'd', 'b', 'a'], 'further'),
    )
  })

  it('begins anew when more came than a page holds', () => {
    assert.deepEqual(withNewest(page(['b', 'a'], null), page(['z', 'y'], 'y'), key), page(['z', 'y'], 'y'))
  })

  it('ends where the newest page is all there is', () => {
    assert.deepEqual(withNewest(page(['c', 'b', 'a'], 'x'), page(['c'], null), key), page(['c'], null))
    assert.deepEqual(withNewest(page(['c', 'b'], null), page(['d', 'c', 'b'], 'b'), key), page(['d', 'c', 'b'], 'b'))
  })

  it('has a row that moved between two pages once', () => {
    assert.deepEqual(withOlder(page(['c', 'b'], 'b'), page(['b', 'a'], null), key), page(['c', 'b', 'a'], null))
  })

  it('goes on with a search that found nothing yet, whatever comes meanwhile', () => {
    assert.deepEqual(withNewest(page([], 'far'), page([], 'near'), key), page([], 'far'))
    assert.deepEqual(withNewest(page([], null), page([], 'near'), key), page([], null))
    assert.deepEqual(withNewest(page([], 'far'), page(['new'], 'near'), key), page(['new'], 'near'))
    assert.deepEqual(withNewest(page(['a'], 'far'), page([], null), key), page([], null))
  })
})

describe('small parts of the sidebar', () => {
  it('a call names only what is filled in', () => {
    assert.equal(pathOf('events', { source: 'a b', type: '', search: undefined }), 'events?source=a+b')
    assert.equal(pathOf('events', {}), 'events')
  })

  it('the node of an automation in an instance of a subflow is the one in the subflow', () => {
    const isThere = (id: string) => ['trigger', 'with-dash'].includes(id)
    assert.equal(editorIdOf('trigger', isThere), 'trigger')
    assert.equal(editorIdOf('outer-inner-trigger', isThere), 'trigger')
    assert.equal(editorIdOf('instance-with-dash', isThere), 'with-dash')
    assert.equal(editorIdOf('gone', isThere), null)
  })
})
