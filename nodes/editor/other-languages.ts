import { loadShared } from './shared.js'

/**
 * What the runtime says is English, in statuses and errors. Here it is said in the editor's language, as far as a catalog
 * of that language has the words: those of `lib/status-words.ts`, and what each code of an error means.
 */
const CATALOG = '@artifact-automations/node-red/automation-webhook:shared'

/** An error of the runtime; without a code it is none of ours. */
interface Told {
  readonly code?: string | undefined
  readonly message: string
}

/** What its code means, with the sentence that says where; the sentence alone where the catalog has no words of its own. */
export function inOwnLanguage({ code, message }: Told): string {
  if (code === undefined) return message
  const key = `${CATALOG}.means.${code}`
  const means = RED._(key)
  return means === key || means === RED._(key, { lng: 'en-US' }) ? message : `${means} (${message})`
}

/** Shows the statuses of a type of node in the editor's language; an English one needs nothing for it. */
export function translateStatuses(type: string): void {
  if (/^en\b/i.test(RED.i18n.lang())) return
  RED.comms.subscribe('status/#', (topic, status) => {
    const id = topic.slice('status/'.length)
    if (RED.nodes.node(id)?.type !== type || !status.text) return
    const { text } = status
    loadShared().then(
      ({ sayStatus }) => {
        status.text = sayStatus(text, ({ words, values }) => RED._(`${CATALOG}.status.${words}`, values))
        const node = RED.nodes.node(id)
        if (node?.['status'] === status) RED.view.redrawStatus(node)
      },
      () => {},
    )
  })
}
