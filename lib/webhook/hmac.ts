import { type BinaryToTextEncoding, hash } from 'node:crypto'

/** Bytes of a block, and of a digest, of SHA-256. */
const BLOCK = 64
const DIGEST = 32
/** Longer messages get a buffer of their own. */
const USUAL_BYTES = 8 * 1024

/** HMAC-SHA256 with one key. */
export type Hmac = (message: Uint8Array, encoding: BinaryToTextEncoding) => string

/**
 * RFC 2104, section 2, over Node.js's hash of a whole buffer. `createHmac` gives the same, but leaves the garbage
 * collector an object outside of the heap for each signature. The function prints nothing of its key, and none of its
 * buffers is from the pool that others share.
 */
export function hmacSha256(key: Uint8Array): Hmac {
  const block = Buffer.alloc(BLOCK)
  block.set(key.length > BLOCK ? hash('sha256', key, 'buffer') : key)
  const inner = Buffer.alloc(BLOCK + USUAL_BYTES)
  const outer = Buffer.alloc(BLOCK + DIGEST)
  for (const [index, byte] of block.entries()) {
    inner[index] = byte ^ 0x36
    outer[index] = byte ^ 0x5c
  }
  const withMessage = (message: Uint8Array): Buffer => {
    if (message.length > USUAL_BYTES) return Buffer.concat([inner.subarray(0, BLOCK), message])
    inner.set(message, BLOCK)
    return inner.subarray(0, BLOCK + message.length)
  }

  return (message, encoding) => {
    const whole = withMessage(message)
    outer.set(hash('sha256', whole, 'buffer'), BLOCK)
    // a message may hold secrets, which are nowhere but where they are needed
    whole.fill(0, BLOCK)
    return hash('sha256', outer, encoding)
  }
}
