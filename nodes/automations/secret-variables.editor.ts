/** What has variables: a flow, a group, the definition of a subflow. */
interface Holder {
  readonly id: string
  readonly changed?: boolean | undefined
  readonly credentials?: unknown
}

/** What was typed when there was nothing to deploy: Node-RED keeps it after a deploy. */
const deployed = new Map<string, string>()

/**
 * Those of which a variable of the type `cred` has a new value, by their ids. No flow shows it, and that Node-RED marks them as
 * changed may be because of their name.
 */
export function withNewSecrets(): Set<string> {
  const found = new Set<string>()
  const isClean = !RED.nodes.dirty()
  const look = ({ id, changed, credentials }: Holder) => {
    const typed = typedIn(credentials)
    if (isClean) deployed.set(id, typed)
    else if (typed !== '' && (deployed.has(id) ? deployed.get(id) !== typed : changed)) found.add(id)
  }
  RED.nodes.eachWorkspace(look)
  RED.nodes.eachGroup((group) => look(group))
  RED.nodes.eachSubflow(look)
  return found
}

/** What stands for a value that is as it was. */
const UNTOUCHED = '__PWRD__'

/** As Node-RED keeps it, which notes beside it of what there was a value before; empty when nothing was typed. */
function typedIn(credentials: unknown): string {
  const { _: before, ...now } = (credentials ?? {}) as Readonly<Record<string, unknown>>
  const had = (name: string) => Boolean((before as Readonly<Record<string, unknown>> | undefined)?.[`has_${name}`])
  const typed = Object.entries(now).filter(
    ([name, value]) => typeof value === 'string' && value !== UNTOUCHED && (value !== '' || had(name)),
  )
  return typed.length === 0 ? '' : JSON.stringify(typed)
}
