/**
 * The name that is most like another one, when it is like enough to be a slip of the keyboard: at most a third of it
 * differs. Upper and lower case count as the same letter.
 */
export function similarName(name: string, among: readonly string[]): string | null {
  if (name.length > LONGEST) return null
  let best: string | null = null
  let least = Math.floor(name.length / 3) + 1
  for (const candidate of among) {
    if (candidate.length > LONGEST) continue
    const changes = changesBetween(name.toLowerCase(), candidate.toLowerCase())
    if (changes >= least) continue
    least = changes
    best = candidate
  }
  return best
}

/** What is longer was not mistyped, and would take the square of its length. */
const LONGEST = 64

/** How many letters have to be put in, taken out or exchanged to make one text of another (Levenshtein's distance). */
function changesBetween(one: string, other: string): number {
  let above = Array.from({ length: other.length + 1 }, (_, column) => column)
  for (let row = 1; row <= one.length; row += 1) {
    const line = [row]
    for (let column = 1; column <= other.length; column += 1) {
      const same = one[row - 1] === other[column - 1] ? 0 : 1
      const [diagonal = 0, up = 0] = [above[column - 1], above[column]]
      line.push(Math.min(diagonal + same, up + 1, (line[column - 1] ?? 0) + 1))
    }
    above = line
  }
  return above[other.length] ?? 0
}
