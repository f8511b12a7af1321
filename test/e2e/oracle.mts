/** A second, simple-minded implementation of template rendering, for checking what arrived: good for the examples only. */

/** Whether the character at `offset` is inside a JSON string: an odd number of quotes stands before it. */
function insideString(template: string, offset: number): boolean {
  return (template.slice(0, offset).match(/(?<!\\)"/g) ?? []).length % 2 === 1
}

/** Fills `${name}` with fields of the event: as text inside JSON strings, as JSON elsewhere. */
export function fill(template: string, event: Record<string, unknown>, automationName: string): string {
  const values: Record<string, unknown> = { ...event, automation_name: automationName, event_json: event }
  return template.replaceAll(/\$\{(\w+)\}/g, (_slot, name: string, offset: number) => {
    const value = values[name] ?? ''
    if (!insideString(template, offset)) return JSON.stringify(value)
    return JSON.stringify(String(value)).slice(1, -1)
  })
}
