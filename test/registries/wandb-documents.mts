import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { type DocumentNode, parse } from 'graphql'
import { wandbSchema } from '../standin/schema/build.mts'
import { coordinatesOf } from '../standin/schema/coordinates.mts'
import { SDK, SDK_FIELDS_FILE } from '../standin/schema/sdk-fields.mts'
import { type Python, pythonWith, run } from './python.mts'

export interface SdkDocuments {
  readonly version: string
  readonly documents: readonly { readonly place: string; readonly document: DocumentNode }[]
}

/** Python with the SDK, or why there is none. */
export const sdkPython = (): Promise<Python> => pythonWith('wandb-sdk', [SDK])

/** The GraphQL documents inside the SDK; what is put together when it runs is left out where it is no GraphQL yet. */
export async function sdkDocuments(python: string): Promise<SdkDocuments> {
  const { code, stdout, stderr } = await run(python, [path.join(import.meta.dirname, 'wandb_documents.py')])
  if (code !== 0) throw new Error(stderr)
  const { version, documents } = JSON.parse(stdout) as {
    version: string
    documents: { place: string; text: string }[]
  }
  const parsed = documents.flatMap(({ place, text }) => {
    try {
      return [{ place, document: parse(text) }]
    } catch {
      return []
    }
  })
  return { version, documents: parsed }
}

/** What they rely on, sorted. */
export function sdkCoordinates({ documents }: SdkDocuments): string[] {
  const schema = wandbSchema()
  return [...new Set(documents.flatMap(({ document }) => [...coordinatesOf(schema, document)]))].sort()
}

if (import.meta.main) {
  const python = await sdkPython()
  if ('absent' in python) throw new Error(python.absent)
  const coordinates = sdkCoordinates(await sdkDocuments(python.binary))
  writeFileSync(
    SDK_FIELDS_FILE,
    `# Made by test/registries/wandb-documents.mts from ${SDK}.\n${coordinates.join('\n')}\n`,
  )
  process.stdout.write(`${coordinates.length} coordinates\n`)
}
