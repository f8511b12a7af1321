import { readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

interface Range {
  readonly startOffset: number
  readonly endOffset: number
  readonly count: number
}

interface ScriptCoverage {
  readonly url: string
  functions: { readonly functionName: string; readonly ranges: readonly Range[] }[]
}

interface RawCoverage {
  readonly result: ScriptCoverage[]
}

/** What V8 calls the function that gives a class' fields their values. */
const FIELDS = '<instance_members_initializer>'

/**
 * Of a class that a process loads and never makes one of, V8 (of Node 24) reports the whole class as the function of its
 * fields, with the count 0, and none of its methods; added to a process that uses the class, it takes away what was
 * reached there. This leaves such a report out where another process has the true one.
 *
 * @param reports of several processes; changed in place
 */
export class ClassesNeverMade {
  /** Of each script, where the functions of fields are that ran. */
  readonly #made = new Map<string, Range[]>()

  learn({ result }: RawCoverage): void {
    for (const { url, functions } of result) {
      for (const { functionName, ranges } of functions) {
        const [range] = ranges
        if (functionName !== FIELDS || !range || range.count === 0) continue
        const known = this.#made.get(url) ?? []
        if (!known.some((one) => contains(range, one))) this.#made.set(url, [...known, range])
      }
    }
  }

  /** @returns whether there was something to leave out */
  leaveOut({ result }: RawCoverage): boolean {
    let changed = false
    for (const script of result) {
      const made = this.#made.get(script.url) ?? []
      const kept = script.functions.filter(({ functionName, ranges: [range] }) => {
        return !(functionName === FIELDS && range?.count === 0 && made.some((one) => contains(range, one)))
      })
      changed ||= kept.length < script.functions.length
      script.functions = kept
    }
    return changed
  }
}

const contains = (outer: Range, inner: Range): boolean =>
  outer.startOffset <= inner.startOffset && inner.endOffset <= outer.endOffset

/** Does so with the files of a folder, as `NODE_V8_COVERAGE` leaves them there. */
export async function leaveOutClassesNeverMade(folder: string): Promise<void> {
  const files = (await readdir(folder)).map((file) => path.join(folder, file))
  const read = async (file: string): Promise<RawCoverage> => JSON.parse(await readFile(file, 'utf8'))
  const classes = new ClassesNeverMade()
  for (const file of files) classes.learn(await read(file))
  for (const file of files) {
    const report = await read(file)
    if (classes.leaveOut(report)) await writeFile(file, JSON.stringify(report))
  }
}
