import { createRequire } from 'node:module'
import type { ExpressionEngine } from '../../../../dist/lib/sources/mapped/evaluate.js'

/** `@node-red/util` of the Node-RED that the tests run on. */
const nodeRed = createRequire(createRequire(import.meta.url).resolve(process.env['NR_PACKAGE'] ?? 'node-red'))

export const ENGINE = nodeRed.resolve('@node-red/util/lib/util.js')

export const engine = (): ExpressionEngine => nodeRed(ENGINE)
