/** The package's version, here so that the editor's bundle has it too. A test holds it equal to package.json's. */
export const VERSION = '0.1.0'

export const USER_AGENT = `artifact-automations/${VERSION}`
