import { nodeProblem } from '../../required-node.js'

/** Imported by the command before anything else: on an old Node.js it says so, and ends. */
const problem = nodeProblem(process.versions.node)
if (problem !== null) {
  process.stderr.write(`${problem}\n`)
  process.exit(1)
}
