import { AutomationError } from '../../error.js'
import { headerNameProblem } from './header-name.js'

export const FORMATS = ['event', 'mlflow', 'huggingface', 'cloudevents', 'mapped'] as const
export const AUTHENTICATIONS = ['bearer', 'signature', 'shared-secret', 'header', 'basic', 'none'] as const

/** Their messages know no project. */
const REGISTRIES: readonly Format[] = ['mlflow', 'huggingface']

/** What the bodies are. */
export type Format = (typeof FORMATS)[number]

/** How a sender shows that it knows the source's secret. */
export type Authentication = (typeof AUTHENTICATIONS)[number]

export interface HttpSourceSettings {
  /** Under httpNodeRoot, with a leading slash. */
  readonly path: string
  readonly format: Format
  readonly auth: Authentication
  /** Of the header whose value is the secret, where `auth` is `header`. */
  readonly headerName: string
  /** JSONata: what makes events of a request, where `format` is `mapped`, or of the data of CloudEvents, if it is not empty. */
  readonly mapping: string
  /** `entity_name` of events that have none. */
  readonly entity: string
  /** `project_name` of events that have none. */
  readonly project: string
}

/**
 * Refuses settings with which no event could ever be accepted.
 * @throws AutomationError `source_invalid`
 */
export function checkSettings({ format, auth, headerName, mapping, entity, project }: HttpSourceSettings): void {
  if (!FORMATS.includes(format)) throw invalid('format', `"${format}" is not a format: choose ${FORMATS.join(', ')}`)
  if (!AUTHENTICATIONS.includes(auth)) {
    throw invalid('auth', `"${auth}" is no way to authenticate: choose ${AUTHENTICATIONS.join(', ')}`)
  }
  const wrongHeader = auth === 'header' ? headerNameProblem(headerName) : null
  if (wrongHeader !== null) throw invalid('headerName', `the header in which the secret comes ${wrongHeader}`)
  if (format === 'mapped' && !mapping?.trim()) {
    throw invalid(
      'mapping',
      'the mapping is empty: choose one of the examples, or write what makes events of a request',
    )
  }
  if (format === 'mlflow' && !entity?.trim()) {
    throw invalid('entity', 'MLflow knows no entity: say which one its events shall get')
  }
  if (REGISTRIES.includes(format) && !project?.trim()) {
    throw invalid('project', `the registry (${format}) knows no project: say which one its events shall get`)
  }
}

const invalid = (path: string, message: string) =>
  new AutomationError('source_invalid', `The source cannot be used: ${message}.`, {
    statusText: `invalid ${path}`,
    details: [{ path, message }],
  })
