/** What a saved node of any age looks like before it is understood. */
export interface SavedConfig {
  version?: number | undefined
}

/** Turns the configuration of one version into that of the next. Pure: it returns a new object. */
export type MigrationStep = (config: Readonly<Record<string, unknown>>) => Record<string, unknown>

/**
 * Brings a saved configuration up to date: `steps[n]` is applied to a node of version n + 1, then properties that are
 * absent get their defaults. A node without a version is of the current one (an import by hand); a node of a later
 * version than this package knows is left as it is, but for the defaults. Numbers where a text belongs
 * (`"timeout": 30` in a flow that a person wrote) become texts.
 */
export function migrateConfig<C extends object>(
  config: C,
  defaults: Readonly<Record<string, unknown>>,
  currentVersion: number,
  steps: readonly MigrationStep[] = [],
): C {
  const { version = currentVersion } = config as SavedConfig
  let migrated: Record<string, unknown> = { ...(config as Record<string, unknown>) }
  for (let from = version; from >= 1 && from < currentVersion; from += 1) {
    migrated = { ...(steps[from - 1]?.(migrated) ?? migrated), version: from + 1 }
  }
  for (const [name, value] of Object.entries(defaults)) {
    if (migrated[name] === undefined || migrated[name] === null) migrated[name] = structuredClone(value)
    else if (typeof value === 'string' && typeof migrated[name] === 'number') migrated[name] = String(migrated[name])
  }
  return migrated as C
}
