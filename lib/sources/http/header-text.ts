const UTF8 = new TextDecoder('utf-8', { fatal: true })

/** The value of a header as its sender wrote it: Node.js gives every byte as a character, and senders write UTF-8 or Latin 1. */
export function asWritten(header: string): string {
  if (!/[^\0-\x7f]/.test(header)) return header
  try {
    return UTF8.decode(Buffer.from(header, 'latin1'))
  } catch {
    return header
  }
}
