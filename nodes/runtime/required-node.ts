import { nodeProblem } from '../../lib/required-node.js'

/**
 * Imported by every node before anything else: what they need would fail on an old Node.js in words that help nobody.
 * Not an error but its sentence is thrown, for Node-RED shows what it gets: an error with the line of a file in its log,
 * and as an empty object in its admin interface.
 */
const problem = nodeProblem(process.versions.node)
if (problem !== null) throw problem
