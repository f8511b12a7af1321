/**
 * The rooms, from the top to the ground, as docs/architecture.md shows them: each imports only from rooms below it,
 * types too. `node` is every folder of one node, `ground` what stands in lib/ directly.
 */
export const ROOMS = [
  'nodes/command',
  'node',
  'nodes/editor',
  'nodes/runtime',
  'lib/sources',
  'lib/engine',
  'lib/inbox',
  'lib/store',
  'lib/recipes',
  'lib/webhook',
  'lib/delivery',
  'lib/automations',
  'lib/template',
  'lib/alias',
  'lib/events',
  'lib/secrets',
  'ground',
]
