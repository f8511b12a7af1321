/**
 * Node-RED replaces a property that is wholly `${NAME}` by an environment variable of that name, before any node sees
 * it. With spaces inside the braces it is the same slot to us, and none of Node-RED's business.
 */
export function guardTemplate(text: string): string {
  return text.replace(/^\$\{([^{}\s]+)\}$/, '${ $1 }')
}
