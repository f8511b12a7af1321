/**
 * The oldest Node.js on which the package runs: undici needs it, and the embedded store's SQLite is built in since
 * 22.13. `engines` in package.json says the same; a test holds them equal.
 */
export const REQUIRED_NODE = '22.19'

/**
 * @param version as `process.versions.node` has it
 * @returns one sentence for a person when this Node.js is too old, else null
 */
export function nodeProblem(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [needsMajor = 0, needsMinor = 0] = REQUIRED_NODE.split('.').map(Number)
  if (major > needsMajor || (major === needsMajor && minor >= needsMinor)) return null
  return `@artifact-automations/node-red needs Node.js ${REQUIRED_NODE} or newer, and this is Node.js ${version}: install a newer Node.js, then start Node-RED again.`
}
