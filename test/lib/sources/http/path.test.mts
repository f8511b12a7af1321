import assert from 'node:assert/strict'
import fc from 'fast-check'
import { canonicalPath, checkPath, pathOfTarget } from '../../../../dist/lib/sources/http/path.js'

describe('the path of a source', () => {
  it('is compared in one spelling', () => {
    for (const [path, spelling] of [
      ['/artifact-events', '/artifact-events'],
      ['/Artifact-Events/', '/artifact-events'],
      ['//a///b//', '/a/b'],
      ['/', '/'],
      ['', '/'],
      ['/a b', '/a%20b'],
      ['/a%20B', '/a%20b'],
      ['/ÄÖ', '/%C3%A4%C3%B6'],
      ['/%c3%84%C3%B6', '/%C3%A4%C3%B6'],
      ['/a%2Fb', '/a%2Fb'],
      ['/a%2fb', '/a%2Fb'],
      ['/a/%2e%2e/b', '/a/../b'],
      ['/100%', '/100%'],
    ] as const) {
      assert.equal(canonicalPath(path), spelling, path)
    }
  })

  it('has one spelling, whatever it is, and any spelling of it leads there (property)', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1 })), (parts) => {
        const path = `/${parts.join('/')}`
        const spelling = canonicalPath(path)
        assert.equal(canonicalPath(spelling), spelling)
        if (/%/.test(path)) return
        assert.equal(canonicalPath(encodeURI(path)), spelling)
        assert.equal(canonicalPath(`${path}//`), spelling)
      }),
    )
  })

  it('is what WHATWG’s URL makes of it and sends, for every path that is accepted (property)', () => {
    const part = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom('..', '.', '%2e', 'a b', '%41', '\\', '?', '#', '%'),
    )
    fc.assert(
      fc.property(fc.array(part, { minLength: 1 }), (parts) => {
        let path: string
        try {
          path = checkPath(parts.join('/'))
        } catch (error) {
          assert.equal((error as { code: string }).code, 'source_invalid')
          return
        }
        const { pathname, search, hash } = new URL(`http://host${path}`)
        assert.deepEqual([search, hash], ['', ''])
        assert.equal(canonicalPath(pathname), canonicalPath(path))
        assert.notEqual(canonicalPath(path), '/')
      }),
      { numRuns: 2000 },
    )
  })

  for (const path of [
    '',
    '/',
    '///',
    '..',
    '/a/..',
    '/%2E',
    '/a?b',
    '/a#',
    '/a\\b',
    '/%',
    '/%zz',
    '/%ff',
    '/ a',
    '/a%20/',
    '/%0a',
    '/a\n',
    '${X}',
    '/a/${X}',
    5,
    undefined,
    null,
    {},
  ]) {
    it(`is refused in words as ${JSON.stringify(path)}`, () => {
      assert.throws(() => checkPath(path), {
        code: 'source_invalid',
        message: /^The path of the source cannot be used: .+\.$/,
        statusText: 'invalid path',
      })
    })
  }

  it('is read from any target of a request', () => {
    for (const [target, path] of [
      ['/a?b#c', '/a'],
      ['/a#c?b', '/a'],
      ['http://host:1880/a?b', '/a'],
      ['HTTPS://host/a', '/a'],
      ['http://host', ''],
      ['*', '*'],
      ['//host/a', '//host/a'],
    ] as const) {
      assert.equal(pathOfTarget(target), path)
    }
  })
})
