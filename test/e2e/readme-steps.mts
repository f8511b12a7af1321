import assert from 'node:assert/strict'

/** A numbered step of a page: its words on one line, with every fenced block as it stands. */
export interface Step {
  readonly number: number
  readonly words: string
}

const FENCE = /(```\w*\n.*?^```)/ms

/**
 * The numbered steps under a heading. What stands between them belongs to the step before, but for pictures, bold
 * headings and comments.
 */
export function stepsUnder(page: string, heading: string): Step[] {
  const section = page.split(/^(?=## )/m).find((part) => part.startsWith(`## ${heading}\n`))
  assert.ok(section, `There is no heading "${heading}".`)
  const [before = '', ...parts] = section
    .slice(section.indexOf('\n'))
    .replace(/^(?:!\[.*|\*\*[^*]*\*\*|<!--.*-->)$/gm, '')
    .split(/^(?=\d+\. )/m)
  assert.equal(before.trim(), '', 'text before the first step')
  const steps = parts.map((part) => {
    const [number, text] = [Number.parseInt(part, 10), part.replace(/^\d+\. /, '')]
    const words = text.split(FENCE).map((piece) => (FENCE.test(piece) ? piece : piece.replaceAll(/\s+/g, ' ')))
    return { number, words: words.join('').trim() }
  })
  assert.deepEqual(
    steps.map(({ number }) => number),
    steps.map((_step, index) => index + 1),
    'the numbers of the steps',
  )
  return steps
}

/** Words that a newcomer knows what to do with, and what that is; what stands in groups is given to it. */
export type Phrase<Who> = readonly [words: RegExp, act: (who: Who, ...given: string[]) => Promise<unknown>]

/** What may stand between phrases. */
const BETWEEN = /(?:[\s,.;:()]|\band\b|\bthen\b)*/y

/**
 * The moves that a step asks for, in its order: all its words, or none of them.
 * @throws AssertionError when there are words that no phrase knows
 */
export function movesOf<Who>(words: string, phrases: readonly Phrase<Who>[]): ((who: Who) => Promise<unknown>)[] {
  const moves: ((who: Who) => Promise<unknown>)[] = []
  for (let at = past(words, 0); at < words.length; ) {
    const rest = words.slice(at)
    const found = phrases.flatMap(([pattern, act]) => {
      const match = new RegExp(`^(?:${pattern.source})`, 'is').exec(rest)
      return match ? [{ length: match[0].length, given: match.slice(1), act }] : []
    })
    assert.equal(found.length, 1, `${found.length} phrases of the test fit what the README says here: "${rest}"`)
    for (const { length, given, act } of found) {
      moves.push((who) => act(who, ...given))
      at = past(words, at + length)
    }
  }
  return moves
}

function past(words: string, at: number): number {
  BETWEEN.lastIndex = at
  return at + (BETWEEN.exec(words)?.[0].length ?? 0)
}
