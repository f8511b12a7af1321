import { createServer, type IncomingMessage, type OutgoingHttpHeaders, request } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { ArtifactEvent } from '../../../../dist/lib/events/event.js'
import { Secret } from '../../../../dist/lib/secrets/secret.js'
import { createReceiver, type Receiver } from '../../../../dist/lib/sources/http/receive.js'
import type { Receipt, ReceiverOptions } from '../../../../dist/lib/sources/http/receiver-options.js'

export const NOW = new Date('2026-11-23T10:00:00.500Z')
export const SECRET = 'wandb-secret'

export const linked = {
  event_type: 'LINK_ARTIFACT',
  entity_name: 'acme',
  project_name: 'wandb-registry-model',
  artifact_collection_name: 'cifar10',
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  // biome-ignore lint/suspicious/noExplicitAny: what a server answered, which each test looks into
  readonly body: any
}

export interface Source {
  readonly port: number
  /** The batches that were accepted. */
  readonly accepted: (readonly ArtifactEvent[])[]
  readonly refused: string[]
  readonly errors: unknown[]
  ignored: number
  /** Posts JSON (a text or Buffer as it is) and reads the answer. */
  post(body: unknown, headers?: OutgoingHttpHeaders, method?: string): Promise<Answer>
  /** Opens a plain connection for a request that no client would send. */
  dial(): Socket
  close(): Promise<void>
}

type Changes = Partial<Omit<ReceiverOptions, 'settings'>> & { settings?: Partial<ReceiverOptions['settings']> }

/** A real server with nothing but a receiver behind it. */
export async function startSource({ settings, ...options }: Changes = {}): Promise<Source> {
  const accepted: (readonly ArtifactEvent[])[] = []
  const refused: string[] = []
  const errors: unknown[] = []
  let ids = 0
  const accept = async (events: readonly ArtifactEvent[]): Promise<Receipt[]> => {
    accepted.push(events)
    return events.map(({ event_id }) => ({ event_id, duplicate: false, automations: 2 }))
  }
  const source = { accepted, refused, errors, ignored: 0 }
  const receive = createReceiver({
    settings: {
      path: '/artifact-events',
      format: 'event',
      auth: 'none',
      headerName: 'X-Api-Key',
      mapping: '',
      entity: '',
      project: '',
      ...settings,
    },
    secret: () => new Secret(SECRET),
    accept,
    now: () => NOW,
    newId: () => `new-${ids++}`,
    onIgnored: (count) => {
      source.ignored += count
    },
    onRefused: ({ code }) => refused.push(code),
    onError: (error) => errors.push(error),
    ...options,
  })
  return Object.assign(source, await serve(receive))
}

/** The same for any receiver. */
export async function serve(receive: Receiver): Promise<Pick<Source, 'port' | 'post' | 'dial' | 'close'>> {
  const server = createServer((req, res) => void receive(req, res))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const dialled: Socket[] = []

  return {
    port,
    post: (body: unknown, headers: OutgoingHttpHeaders = {}, method = 'POST') => send(port, body, headers, method),
    dial: () => {
      const socket = connect(port, '127.0.0.1').on('error', () => {})
      dialled.push(socket)
      return socket
    },
    close: async () => {
      for (const socket of dialled) socket.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function send(port: number, body: unknown, headers: OutgoingHttpHeaders, method: string): Promise<Answer> {
  const bytes = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body)
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const all = { 'Content-Type': 'application/json', ...headers }
  const req = request({ port, host: '127.0.0.1', method, headers: present(all), agent: false }, (res) => {
    const chunks: Buffer[] = []
    res.on('data', (chunk) => chunks.push(chunk))
    res.on('error', reject)
    res.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      resolve({ status: res.statusCode ?? 0, headers: res.headers, body: text === '' ? undefined : JSON.parse(text) })
    })
  })
  req.on('error', reject)
  req.end(bytes)
  return promise
}

/** A header that is undefined is not sent. */
const present = (headers: OutgoingHttpHeaders): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined))

/** Everything that a connection tells until it is closed. */
export async function readToEnd(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  await new Promise((resolve) => socket.once('close', resolve))
  return Buffer.concat(chunks).toString()
}
