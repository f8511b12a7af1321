export interface Phase {
  readonly name: string
  readonly files: string
  readonly nodeRed: string
  readonly timeout: number
  readonly mayLack?: string
  readonly long?: boolean
}

/**
 * The parts of `npm test`. Each runs in a mocha process of its own, under the Node-RED that NR_PACKAGE names.
 *
 * - `timeout`: of one test, milliseconds; long, because it is there to end what hangs, on any machine, however busy
 * - `long`: takes ten minutes, and so begins before the others, which then fill what is left of the time
 * - `mayLack`: what a machine may not have. Tests that need it then say so, and are counted as not run; anywhere else a
 *   test that is skipped is a failure
 */
export const PHASES: readonly Phase[] = [
  {
    name: 'lib',
    files: 'test/lib/**/*.test.mts',
    nodeRed: 'node-red',
    timeout: 60_000,
    long: true,
    mayLack: 'the right to mount a small disk',
  },
  { name: 'nodes-5', files: 'test/nodes/**/*.test.mts', nodeRed: 'node-red', timeout: 60_000 },
  { name: 'nodes-4', files: 'test/nodes/**/*.test.mts', nodeRed: 'node-red-4', timeout: 60_000 },
  {
    name: 'faults-5',
    files: 'test/faults/**/*.test.mts',
    nodeRed: 'node-red',
    timeout: 120_000,
    long: true,
    mayLack: 'the right to mount a small disk',
  },
  {
    name: 'faults-4',
    files: 'test/faults/**/*.test.mts',
    nodeRed: 'node-red-4',
    timeout: 120_000,
    long: true,
    mayLack: 'the right to mount a small disk',
  },
  {
    name: 'registries',
    files: 'test/registries/**/*.test.mts',
    nodeRed: 'node-red',
    timeout: 300_000,
    mayLack: 'Python and a package index',
  },
  { name: 'package', files: 'test/package/**/*.test.mts', nodeRed: 'node-red', timeout: 300_000 },
  { name: 'e2e-5', files: 'test/e2e/**/*.test.mts', nodeRed: 'node-red', timeout: 120_000, long: true },
  { name: 'e2e-4', files: 'test/e2e/**/*.test.mts', nodeRed: 'node-red-4', timeout: 120_000, long: true },
]

/**
 * Splits the command line: leading words choose phases (`nodes`, `faults` and `e2e` mean both versions), the rest is mocha's.
 * @throws Error on a word that is no phase
 */
export function choosePhases(args: readonly string[]): { phases: Phase[]; options: readonly string[] } {
  const firstOption = args.findIndex((argument) => argument.startsWith('-'))
  const words = firstOption === -1 ? args : args.slice(0, firstOption)
  const options = firstOption === -1 ? [] : args.slice(firstOption)
  for (const word of words) {
    if (!PHASES.some(({ name }) => matches(name, word))) {
      throw new Error(`There is no test phase "${word}". Phases: ${PHASES.map(({ name }) => name).join(' ')}`)
    }
  }
  const phases = PHASES.filter(({ name }) => words.length === 0 || words.some((word) => matches(name, word)))
  return { phases, options }
}

const matches = (phase: string, word: string): boolean => phase === word || phase.startsWith(`${word}-`)
