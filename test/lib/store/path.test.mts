import assert from 'node:assert/strict'
import path from 'node:path'
import { storeFile } from '../../../dist/lib/store/path.js'
import { planStore } from '../../../dist/lib/store/settings.js'

const FOLDER = '/home/ann/.node-red/artifact-automations'

describe("the path of a store's file", () => {
  it('begins in the folder of stores, and is as it was given when it is absolute', () => {
    assert.equal(storeFile(FOLDER, ''), `${FOLDER}/store.db`)
    assert.equal(storeFile(FOLDER, 'own.db'), `${FOLDER}/own.db`)
    assert.equal(storeFile(FOLDER, 'team/own.db'), `${FOLDER}/team/own.db`)
    assert.equal(storeFile(FOLDER, '/data/own.db'), '/data/own.db')
    assert.equal(storeFile(FOLDER, '../own.db'), '/home/ann/.node-red/own.db')
    assert.equal(storeFile(FOLDER, 'store.db'), `${FOLDER}/store.db`)
  })

  const refused: [given: string, why: RegExp][] = [
    ['.', /folder, not a file/],
    ['./', /folder, not a file/],
    ['..', /folder, not a file/],
    ['team/', /folder, not a file/],
    ['team/..', /folder, not a file/],
    ['team\\', /folder, not a file/],
    ['../artifact-automations', /folder in which stores are kept, or one around it/],
    [FOLDER, /folder in which stores are kept/],
    [FOLDER.toUpperCase(), /folder in which stores are kept/],
    [path.dirname(FOLDER), /or one around it/],
    ['/', /folder, not a file/],
    ['store.db/own.db', /leads through .*store\.db, which is the file of another store/],
    ['Store.DB/own.db', /file of another store/],
    [`${FOLDER}/store.db/a/b.db`, /file of another store/],
    ['store.db-wal', /files beside them/],
    ['store.db.ballast', /files beside them/],
    ['store.db.in-hand', /files beside them/],
    ['store.db-wal/own.db', /files beside them/],
    ['other.db-SHM', /files beside them/],
    ['other.db-journal', /files beside them/],
    ['own\0.db', /no file name has/],
    ['own\n.db', /no file name has/],
  ]
  for (const [given, why] of refused) {
    it(`is refused when it is ${JSON.stringify(given)}`, () => {
      assert.throws(() => storeFile(FOLDER, given), { code: 'store_invalid', message: why })
    })
  }

  it('does not lead through the file of any other store that is deployed', () => {
    assert.throws(() => storeFile(FOLDER, 'team/own.db', ['team']), { code: 'store_invalid', message: /another store/ })
    assert.throws(() => storeFile(FOLDER, '/data/a.db/b.db', ['/data/a.db']), { code: 'store_invalid' })
    assert.equal(storeFile(FOLDER, 'team/own.db', ['team/other.db', 'team/own.db']), `${FOLDER}/team/own.db`)
  })

  it('is a text, for what is none would mean another store', () => {
    for (const given of [5, true, {}, ['own.db']]) {
      assert.throws(() => planStore({ path: given }), { code: 'store_invalid', message: /path is no text/ })
    }
    assert.equal(planStore({ path: null }).path, '')
  })
})
