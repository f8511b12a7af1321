// Starts the stand-in as a process with the sample company: `node test/standin/main.mts [port]`. Prints its URL and
// the API key of a member, and ends with its standard input or a signal.
import { acme } from './samples.mts'
import { startStandin } from './server.mts'

const { world, ada } = acme()
const standin = await startStandin({ world, port: Number(process.argv[2] ?? 0) })
process.stdout.write(`${JSON.stringify({ url: standin.url, apiKey: ada.keys[0] })}\n`)
const end = () => void standin.close().then(() => process.exit(0))
process.on('SIGTERM', end)
process.on('SIGINT', end)
