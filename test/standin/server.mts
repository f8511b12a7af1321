import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { execute, type GraphQLSchema, parse, validate } from 'graphql'
import { Access } from './access.mts'
import { answerFaultily, Faults } from './faults.mts'
import { mutations } from './mutations.mts'
import { queries } from './queries.mts'
import { OFFERS, type Offer, wandbSchema } from './schema.mts'
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
  offers?: readonly Offer[]
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
  close(): Promise<void>
}

/** Starts a stand-in for a W&B server on 127.0.0.1. Its answers are executed by graphql-js against schema.graphql. */
export async function startStandin({
  world = new World(),
  offers = OFFERS,
  port = 0,
}: StandinOptions = {}): Promise<Standin> {
  const schema = wandbSchema(offers)
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
    const respond = async () => run(schema, new Access(world, user ?? anonymous), query, variables)
    const fault = faults.take()
    if (fault) return answerFaultily(fault, response, respond)
    if (!user) return refuse(response, 401, 'unauthorized')
    const { status, body } = await respondWithStatus(schema, new Access(world, user), query, variables)
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

/** A document that does not fit the schema is a bad request; errors while executing come with what data there is. */
async function respondWithStatus(
  schema: GraphQLSchema,
  access: Access,
  query: string,
  variables: Record<string, unknown>,
) {
  const problems = validate(schema, parse(query))
  if (problems.length > 0)
    return { status: 400, body: { errors: problems.map(({ message }) => ({ message })), data: null } }
  return { status: 200, body: await run(schema, access, query, variables) }
}

async function run(
  schema: GraphQLSchema,
  access: Access,
  query: string,
  variables: Record<string, unknown>,
): Promise<object> {
  return execute({
    schema,
    document: parse(query),
    rootValue: { ...queries(access), ...mutations(access) },
    variableValues: variables,
  })
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
