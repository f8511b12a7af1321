/**
 * A property's label, for the sentences that Node-RED makes itself when a config node is missing. Definitions are read
 * before there is a node to ask for words, so the catalog is named in full.
 */
export function labelOf(type: string, property: string): string {
  return RED._(`@artifact-automations/node-red/${type}:${type}.label.${property}`)
}
