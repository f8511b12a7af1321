import { isSecretName } from '../../../events/vocabulary.js'
import { parseTemplate } from '../../../template/parse.js'
import { scan } from '../../../template/scan.js'

/** What is known of a payload beside its text. */
export interface PayloadContext {
  /** Secrets and the token can be filled in; else their names are no names. */
  readonly hasSecrets: boolean
  /** Names of secrets that its webhook has in W&B. */
  readonly known: readonly string[]
  /** W&B's name of the event that it tells of. */
  readonly eventType: string
}

/** What a payload of W&B is as a template. Names are those of `text`, each once. */
export interface PayloadTemplate {
  readonly text: string
  /** Names of secrets that it asks for, the token aside. */
  readonly secrets: readonly string[]
  readonly needsToken: boolean
  /** `$NAME` that would be a secret if its webhook were granted one of this name, as it stands there. */
  readonly bare: readonly string[]
  /** What looks like a variable and is none, as it stands there: it is sent as it is. */
  readonly literals: readonly string[]
  /** Variables that only W&B knows, as they stand there: they are sent as they are. */
  readonly foreign: readonly string[]
  /** Variables of W&B's that have another name here, with that name. */
  readonly renamed: ReadonlyMap<string, string>
  /** Why it is no template, in words. */
  readonly problem: string | null
}

/** W&B's variables that are others here: what its form calls the filter in short is how it is told here anyway. */
const RENAMED: ReadonlyMap<string, string> = new Map([['metric_filter_short', 'metric_filter']])

/** W&B's variables of events that have no counterpart here; elsewhere they may be names of secrets. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  WEAVE_METRIC_THRESHOLD: ['alert_name', 'threshold', 'comparison_op', 'message'],
}

/**
 * Writes a payload, which is JSON as a rule, so that our templates send what W&B sends: what is no name stays, as W&B
 * leaves what it does not know, and dollars before a variable stay dollars (here two of them before a brace are one, and
 * nothing is filled in).
 */
export function asTemplate(payload: string, context: PayloadContext): PayloadTemplate {
  const { hasSecrets, known, eventType } = context
  const literals = new Set<string>()
  const foreign = new Set<string>()
  const renamed = new Map<string, string>()
  // two braces are another system's expression, and left alone by both; a quote ends what a name could be in
  const braced = payload.replace(
    /(?<!\$)(\$+)\{(?!\{)([^{}"]*)(\}?)/g,
    (_whole, dollars: string, inside: string, end: string) => {
      const name = end === '' ? '' : inside.trim()
      const ours = RENAMED.get(name)
      if (ours !== undefined) renamed.set(name, ours)
      const slot = `{${ours ?? inside}${end}`
      const isForeign = FOREIGN[eventType]?.includes(name) === true
      const isName = !isForeign && names(`$${slot}`).some(({ kind }) => hasSecrets || !SECRET.includes(kind))
      if (!isName) (isForeign ? foreign : literals).add(`$${slot}`)
      return `${dollarsBefore(dollars.length, isName)}${slot}`
    },
  )
  const bare = hasSecrets ? bareNames(braced) : []
  const isKnown = ({ name }: BareName) => known.includes(name) && isSecretName(name)
  let text = ''
  let copied = 0
  for (const { name, start, end } of bare.filter(isKnown)) {
    text += braced.slice(copied, start) + dollarsBefore(end - start - name.length, true) + name
    copied = end
  }
  text += braced.slice(copied)
  for (const { name } of bare) if (!isSecretName(name)) literals.add(`$${name}`)
  const open = bare.filter((each) => isSecretName(each.name) && !isKnown(each)).map(({ name }) => `$${name}`)
  const told = { text, bare: [...new Set(open)], literals: [...literals], foreign: [...foreign], renamed }
  try {
    const found = parseTemplate(text, 'json').names
    const secrets = found.filter(
      ({ kind, name }) => kind === 'secret' || (kind === 'bare-secret' && known.includes(name)),
    )
    return {
      ...told,
      secrets: [...new Set(secrets.map(({ name }) => name))],
      needsToken: found.some(({ kind }) => kind === 'token'),
      problem: null,
    }
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return { ...told, secrets: [], needsToken: false, problem }
  }
}

/**
 * The text with other names for its secrets.
 * @param text a template whose secrets are known
 */
export function withSecretNames(text: string, names: ReadonlyMap<string, string>): string {
  let written = ''
  let copied = 0
  for (const piece of scan(text).pieces) {
    const inside = piece.kind === 'slot' ? text.slice(piece.start + 2, piece.end - 1) : ''
    const name = piece.kind === 'bare' ? piece.name : inside.trim()
    const other = names.get(name)
    if (other === undefined) continue
    const start = text.indexOf(name, piece.start)
    written += text.slice(copied, start) + other
    copied = start + name.length
  }
  return written + text.slice(copied)
}

const SECRET: readonly string[] = ['secret', 'token', 'bare-secret']

/** What stands for so many dollars, of which the last one makes a slot or not. */
const dollarsBefore = (count: number, isSlot: boolean): string => '$'.repeat(isSlot ? 2 * (count - 1) + 1 : 2 * count)

interface BareName {
  readonly name: string
  /** The stretch with all dollars before the name. */
  readonly start: number
  readonly end: number
}

/** The names that stand after a dollar without braces. */
const bareNames = (text: string): BareName[] => scan(text).pieces.filter((piece) => piece.kind === 'bare')

/** The names of a template; none when it is none. */
function names(text: string) {
  try {
    return parseTemplate(text, 'text').names
  } catch {
    return []
  }
}
