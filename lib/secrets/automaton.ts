/** A stretch of bytes, from `start` up to `end`. */
export interface Stretch {
  readonly start: number
  readonly end: number
}

/**
 * Finds many byte strings of two bytes and more at once, each byte of a text looked at once (Aho and Corasick, "Efficient string matching",
 * CACM 18/6): the time grows with the text alone, whatever stands in it and whatever is looked for.
 */
export class Automaton {
  /** The length of the longest that is looked for, in bytes. */
  readonly longest: number
  /** From the root: the state for each byte. */
  readonly #root = new Int32Array(256)
  /** Which two bytes begin one. */
  readonly #pairs = new Uint8Array(65_536)
  /** Of each state its last byte, its first child, its next sibling, and the state of its longest proper suffix. */
  readonly #byte: Uint8Array
  readonly #child: Int32Array
  readonly #sibling: Int32Array
  readonly #suffix: Int32Array
  /** How many bytes lead to a state. */
  readonly #depth: Int32Array
  /** How long the longest one is that ends in a state; 0 when none does. */
  readonly #found: Int32Array
  #size = 1

  constructor(wanted: readonly Uint8Array[]) {
    const states = wanted.reduce((sum, { length }) => sum + length, 1)
    this.longest = wanted.reduce((most, { length }) => Math.max(most, length), 0)
    this.#byte = new Uint8Array(states)
    this.#child = new Int32Array(states)
    this.#sibling = new Int32Array(states)
    this.#suffix = new Int32Array(states)
    this.#depth = new Int32Array(states)
    this.#found = new Int32Array(states)
    for (const bytes of wanted) this.#add(bytes)
    this.#link()
  }

  #add(bytes: Uint8Array): void {
    if (bytes.length > 1) this.#pairs[(bytes[0]! << 8) | bytes[1]!] = 1
    let state = 0
    for (const byte of bytes) state = this.#childOf(state, byte) || this.#newChild(state, byte)
    if (state !== 0) this.#found[state] = bytes.length
  }

  #childOf(state: number, byte: number): number {
    if (state === 0) return this.#root[byte]!
    let child = this.#child[state]!
    while (child !== 0 && this.#byte[child] !== byte) child = this.#sibling[child]!
    return child
  }

  #newChild(state: number, byte: number): number {
    const child = this.#size++
    this.#byte[child] = byte
    this.#depth[child] = this.#depth[state]! + 1
    if (state === 0) this.#root[byte] = child
    else {
      this.#sibling[child] = this.#child[state]!
      this.#child[state] = child
    }
    return child
  }

  /** Level by level, because a suffix is shorter than what it ends. */
  #link(): void {
    const queue = new Int32Array(this.#size)
    let end = 0
    for (const child of this.#root) if (child !== 0) queue[end++] = child
    for (let at = 0; at < end; at++) {
      const state = queue[at]!
      if (this.#found[state] === 0) this.#found[state] = this.#found[this.#suffix[state]!]!
      for (let child = this.#child[state]!; child !== 0; child = this.#sibling[child]!) {
        this.#suffix[child] = this.#next(this.#suffix[state]!, this.#byte[child]!)
        queue[end++] = child
      }
    }
  }

  #next(state: number, byte: number): number {
    let from = state
    while (from !== 0) {
      const child = this.#childOf(from, byte)
      if (child !== 0) return child
      from = this.#suffix[from]!
    }
    return this.#root[byte]!
  }

  /**
   * Looks at each byte once.
   * @param onFound of each place where one or several end: the start and the end of the longest
   * @returns how many bytes at the end of the text are the beginning of one
   */
  search(bytes: Uint8Array, onFound: (start: number, end: number) => void): number {
    const end = bytes.length
    const pairs = this.#pairs
    const found = this.#found
    let state = 0
    let at = 0
    while (at < end) {
      // most places begin nothing, which their first two bytes tell
      if (state === 0) while (at + 1 < end && pairs[(bytes[at]! << 8) | bytes[at + 1]!] === 0) at += 1
      state = this.#next(state, bytes[at]!)
      at += 1
      const length = found[state]!
      if (length !== 0) onFound(at - length, at)
    }
    return this.#depth[state]!
  }
}

/** Stretches in their order, those that overlap made one. */
export function united(stretches: readonly Stretch[]): Stretch[] {
  const all: Stretch[] = []
  for (const next of stretches.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = all.at(-1)
    if (last && next.start < last.end) all[all.length - 1] = { start: last.start, end: Math.max(last.end, next.end) }
    else all.push(next)
  }
  return all
}
