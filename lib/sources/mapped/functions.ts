/** What a mapping has beside the functions of JSONata and of Node-RED. Runs in the editor too. */
export const FUNCTIONS: readonly { readonly name: string; readonly signature: string; call(text: string): unknown }[] =
  [
    // $eval would take a text from outside for an expression
    { name: 'parseJson', signature: '<s-:x>', call: (text) => JSON.parse(text) as unknown },
    // $base64decode takes every byte for a character
    {
      name: 'decodeBase64',
      signature: '<s-:s>',
      call: (text) => {
        const bytes = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
        return new TextDecoder().decode(Uint8Array.from(bytes, (character) => character.charCodeAt(0)))
      },
    },
  ]

/** An expression as JSONata prepares it, as far as it is used here. */
export interface PreparedExpression {
  registerFunction(name: string, call: (text: string) => unknown, signature: string): void
}

/** Adds them to an expression. */
export function addFunctions<E extends PreparedExpression>(expression: E): E {
  for (const { name, signature, call } of FUNCTIONS) expression.registerFunction(name, call, signature)
  return expression
}
