import { readFileSync } from 'node:fs'
import path from 'node:path'

/**
 * What the documents of W&B's SDK rely on, as coordinates of the schema. The list is made from the installed package
 * by `node test/registries/wandb-documents.mts`, and `npm test` compares the two where Python can be reached.
 */
export const SDK = 'wandb==0.31.0'
export const SDK_FIELDS_FILE = path.join(import.meta.dirname, 'sdk-fields.txt')
export const sdkFields: ReadonlySet<string> = new Set(
  readFileSync(SDK_FIELDS_FILE, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#')),
)
