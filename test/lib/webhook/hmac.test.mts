import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { hmacSha256 } from '../../../dist/lib/webhook/hmac.js'

describe('HMAC-SHA256', () => {
  // RFC 4231, section 4: test cases 1, 2, 3, 4, 6 (a key longer than a block) and 7 (both long)
  const CASES: [key: Buffer, message: Buffer, mac: string][] = [
    [
      Buffer.alloc(20, 0x0b),
      Buffer.from('Hi There'),
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
    [
      Buffer.from('Jefe'),
      Buffer.from('what do ya want for nothing?'),
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    [
      Buffer.alloc(20, 0xaa),
      Buffer.alloc(50, 0xdd),
      '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    ],
    [
      Buffer.from(Array.from({ length: 25 }, (_, index) => index + 1)),
      Buffer.alloc(50, 0xcd),
      '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
    ],
    [
      Buffer.alloc(131, 0xaa),
      Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First'),
      '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    ],
    [
      Buffer.alloc(131, 0xaa),
      Buffer.from(
        'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
      ),
      '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
    ],
  ]

  for (const [index, [key, message, mac]] of CASES.entries()) {
    it(`is what RFC 4231 says (${index + 1})`, () => assert.equal(hmacSha256(key)(message, 'hex'), mac))
  }

  it('is what createHmac makes, for keys and messages of any length, one after another (property)', () => {
    const bytes = (maxLength: number) => fc.uint8Array({ maxLength, size: 'max' })
    fc.assert(
      fc.property(bytes(200), fc.array(bytes(20_000), { maxLength: 4 }), (key, messages) => {
        const hmac = hmacSha256(key)
        for (const message of messages) {
          assert.equal(hmac(message, 'base64'), createHmac('sha256', key).update(message).digest('base64'))
        }
      }),
    )
  })

  it('is right where a message just fits, and where it just does not', () => {
    const hmac = hmacSha256(Buffer.from('key'))
    for (const length of [8 * 1024 + 1, 8 * 1024, 0, 8 * 1024 - 1, 1024 * 1024, 1]) {
      const message = Buffer.alloc(length, length)
      assert.equal(hmac(message, 'hex'), createHmac('sha256', 'key').update(message).digest('hex'), `${length} bytes`)
    }
  })

  it('shows nothing of its key', () => {
    const hmac = hmacSha256(Buffer.from('canary-signing'))
    assert.doesNotMatch(inspect(hmac, { depth: 9, showHidden: true }) + JSON.stringify({ ...hmac }), /canary|Buffer/)
  })
})
