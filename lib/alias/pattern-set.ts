import { RE2Set } from 're2js'
import { LONGEST_MATCHED, type Pattern } from './pattern.js'
import { isAnchored, requiredTexts } from './pattern-facts.js'
import { TextIndex } from './text-index.js'

/** Up to so many patterns are simply tried one after the other. */
const FEW = 4

/** A text that more patterns than this have in common does not tell them apart. */
const COMMON = 8

/** Bytes that the automaton of a set may take before it starts anew: 2 MiB, for a Raspberry Pi. */
const SET_MEMORY = 2 * 1024 * 1024

/** `^production$`: RE2 gives a character a meaning of its own only when it is one of those left out here. */
const WHOLE_TEXT = /^\^([^\\.+*?()|[\]{}^$]+)\$$/

/**
 * Finds which of many patterns match a text, at a cost that follows those that do:
 * - a pattern that is nothing but a whole text, `^production$`, is looked up;
 * - one that can only match where some text stands, say `prod-7` or `(eu|us)-7$`, is tried when that text is found;
 * - those without such a text that begin with `^` run together, as one automaton. (Patterns that may begin anywhere
 *   do not run well together: each state of their automaton holds the beginnings of all of them.)
 * - the others, such as `(?i)prod`, are tried one after the other.
 */
export class PatternSet {
  // Patterns are known by their places in `patterns`.
  readonly #patterns: readonly Pattern[]
  readonly #whole = new Map<string, number[]>()
  readonly #byText = new TextIndex<number>()
  readonly #automaton = new RE2Set(RE2Set.ANCHOR_START, 0, SET_MEMORY)
  /** By the automaton's own numbers. */
  readonly #together: number[] = []
  readonly #singly: number[] = []

  constructor(patterns: readonly Pattern[]) {
    this.#patterns = patterns
    if (patterns.length <= FEW) this.#singly.push(...patterns.keys())
    else this.#sort()
  }

  /** Places of the patterns that match, in rising order. */
  match(text: string): number[] {
    if (text.length > LONGEST_MATCHED) return []
    const found = [...(this.#whole.get(text) ?? [])]
    for (const place of this.#byText.find(text)) if (this.#patterns[place]?.test(text)) found.push(place)
    for (const place of this.#singly) if (this.#patterns[place]?.test(text)) found.push(place)
    if (this.#together.length > 0) {
      for (const number of this.#automaton.match(text)) found.push(this.#together[number] as number)
    }
    return found.sort((a, b) => a - b)
  }

  #sort(): void {
    const needs = this.#patterns.map(requiredTexts)
    const users = new Map<string, number>()
    for (const text of needs.flat(2)) users.set(text, (users.get(text) ?? 0) + 1)
    const usersOf = (texts: readonly string[]) => texts.reduce((sum, text) => sum + (users.get(text) ?? 0), 0)

    for (const [place, pattern] of this.#patterns.entries()) {
      const whole = WHOLE_TEXT.exec(pattern.source)?.[1]
      const [best] = (needs[place] ?? []).toSorted((a, b) => usersOf(a) - usersOf(b) || shortest(b) - shortest(a))
      const tellsApart = best !== undefined && usersOf(best) <= COMMON * best.length
      if (whole !== undefined) {
        this.#whole.set(whole, [...(this.#whole.get(whole) ?? []), place])
      } else if (isAnchored(pattern) && !tellsApart) {
        this.#automaton.add(pattern.source)
        this.#together.push(place)
      } else if (best !== undefined) {
        for (const text of best) this.#byText.add(text, place)
      } else {
        this.#singly.push(place)
      }
    }
  }
}

const shortest = (texts: readonly string[]) => Math.min(...texts.map((text) => text.length))
