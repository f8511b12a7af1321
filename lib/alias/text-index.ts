interface Branch<T> {
  readonly next: Map<number, Branch<T>>
  readonly values: T[]
}

/** Only so much of a text is looked for, which bounds the time for a text that repeats itself. */
const DEPTH = 32

const NONE: ReadonlySet<never> = new Set()

const branch = <T>(): Branch<T> => ({ next: new Map(), values: [] })

/** Values by the texts they belong to: finds all whose text stands somewhere in another (or at least its beginning). */
export class TextIndex<T> {
  readonly #root: Branch<T> = branch()
  /** @param text not empty */
  add(text: string, value: T): void {
    let at = this.#root
    for (let index = 0; index < Math.min(text.length, DEPTH); index++) {
      const unit = text.charCodeAt(index)
      let next = at.next.get(unit)
      if (!next) {
        next = branch()
        at.next.set(unit, next)
      }
      at = next
    }
    at.values.push(value)
  }

  find(text: string): ReadonlySet<T> {
    let found: Set<T> | undefined
    for (let start = 0; start < text.length; start++) {
      let at = this.#root.next.get(text.charCodeAt(start))
      for (let index = start + 1; at; index++) {
        for (const value of at.values) {
          found ??= new Set()
          found.add(value)
        }
        at = index < text.length ? at.next.get(text.charCodeAt(index)) : undefined
      }
    }
    return found ?? NONE
  }
}
