import type { Translate } from '../red-editor.d.js'

/** The wizard's words stand in the catalog of the node that every automation begins with. */
export const words: Translate = (key, values) =>
  RED._(`@artifact-automations/node-red/artifact-event:wizard.${key}`, values ?? {})
