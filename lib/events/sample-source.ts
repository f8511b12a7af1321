const PREFIX = 'sample:'

/** Events made by a trigger's own button are accepted under this source, and go to that trigger alone. */
export const sampleSource = (automationId: string): string => PREFIX + automationId

export const isSample = (source: string): boolean => source.startsWith(PREFIX)

/** The automation that a sample goes to; null for the events of a real source. */
export const sampledAutomation = (source: string): string | null =>
  isSample(source) ? source.slice(PREFIX.length) : null
