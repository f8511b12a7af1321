import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type GraphQLSchema, parse, validate } from 'graphql'
import { Access } from './access.mts'
import { answerFaultily, Faults } from './faults.mts'
import { type Refusal, refused, STRICT_CHECKS } from './refusal.mts'
import { run, type Spoil } from './run.mts'
import { type SchemaOptions, wandbSchema } from './schema/build.mts'
import type { User } from './things.mts'
import { World } from './world.mts'

export interface SeenRequest {
  readonly operation: string
  readonly variables: Readonly<Record<string, unknown>>
  readonly query: string
  readonly authorization: string
}

export interface StandinOptions {
  world?: World
  /** What its schema has; W&B's own typing, and what its SDK has asked for since, when left out. */
  schema?: SchemaOptions
  /** How it says that a document does not fit its schema; as W&B does when left out. */
  refusal?: Refusal
  /** Refuses what most servers let pass: variables that are not used, operations without a name. */
  strict?: boolean
  /** Columns that its database has not: whoever filters or orders by one gets an error of MySQL's. */
  lacksColumns?: readonly string[]
  port?: number
}

export interface Standin {
  readonly world: World
  /** Base URL without a slash at its end. */
  readonly url: string
  readonly faults: Faults
  /** GraphQL requests that were answered or refused, oldest first. */
  readonly requests: SeenRequest[]
  readonly schema: GraphQLSchema
  /** Called before each request is answered; changes the world between two pages. */
  before: (request: SeenRequest) => void
  /** Changes what a field gives while an answer is made; see `Spoil`. */
  spoil: Spoil | null
  /** Changes the whole answer before it is sent. */
  after: (body: object, request: SeenRequest) => object
  close(): Promise<void>
}

/** Starts a stand-in for a W&B server on 127.0.0.1. Its answers are executed by graphql-js against W&B's own schema. */
export async function startStandin({
  world = new World(),
  schema: options = {},
  refusal = { status: 400 },
  strict = false,
  lacksColumns = [],
  port = 0,
}: StandinOptions = {}): Promise<Standin> {
  const schema = wandbSchema(options)
  for (const feature of options.lacks ?? []) world.features.set(feature, false)
  const faults = new Faults()
  const requests: SeenRequest[] = []

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      response.writeHead(500, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ error: String(error) }))
    })
  })

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readBody(request)
    if (request.url !== '/graphql') return refuse(response, 404, 'not found')
    if (request.method !== 'POST') return refuse(response, 405, 'method not allowed')
    const { query = '', variables = {}, operationName = '' } = JSON.parse(text)
    const authorization = request.headers.authorization ?? ''
    const operation = operationName || (query.match(/(?:query|mutation)\s+(\w+)/)?.[1] ?? '')
    const seen: SeenRequest = { operation, variables, query, authorization }
    requests.push(seen)
    standin.before(seen)
    const user = userOf(world, authorization)
    const access = new Access(world, user ?? anonymous)
    access.lacksColumns = lacksColumns
    const respond = async () =>
      standin.after(await run({ schema, access, query, variables, spoil: standin.spoil }), seen)
    const fault = faults.take()
    if (fault) return answerFaultily(fault, response, respond)
    if (!user) return refuse(response, 401, 'unauthorized')
    const problems = validate(schema, parse(query)).map(({ message }) => message)
    if (strict) for (const check of STRICT_CHECKS) problems.push(...check(seen))
    const { status, body } = problems.length > 0 ? refused(problems, refusal) : { status: 200, body: await respond() }
    response.writeHead(status, { 'content-type': 'application/json', date: new Date(world.now).toUTCString() })
    response.end(JSON.stringify(body))
  }

  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const { port: bound } = server.address() as AddressInfo
  const standin: Standin = {
    world,
    url: `http://127.0.0.1:${bound}`,
    faults,
    requests,
    schema,
    before: () => {},
    spoil: null,
    after: (body) => body,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return standin
}

const anonymous: User = { id: 0, username: '', name: '', email: '', keys: [] }

/** Whose key it is: Basic with the user `api`, or Bearer. */
function userOf(world: World, authorization: string): User | null {
  const [scheme = '', credentials = ''] = authorization.split(' ')
  let key = ''
  if (scheme === 'Bearer') key = credentials
  if (scheme === 'Basic') key = Buffer.from(credentials, 'base64').toString().replace(/^api:/, '')
  return world.users.find(({ keys }) => keys.includes(key)) ?? null
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ errors: [{ message }] }))
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
