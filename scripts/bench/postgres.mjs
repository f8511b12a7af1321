// The store that several Node-RED share, on a real PostgreSQL of this machine that waits for its disk.
import { readdirSync, readFileSync } from 'node:fs'
import { startPostgres } from '../../test/harness/postgres.mts'
import { paced, throughput } from './measures.mjs'

/** Of Linux: in hundredths of a second. */
const TICK_MS = 10

/** CPU of the server, of what it has started and of what has ended of that, in ms; null where no /proc tells it. */
function cpuOf(server) {
  try {
    const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
    let ticks = 0
    for (const id of ids) {
      let fields
      try {
        fields = readFileSync(`/proc/${id}/stat`, 'utf8')
          .replace(/^.*\) /, '')
          .split(' ')
      } catch {
        continue // it has ended: the server's first process has its time
      }
      const [parent, ...times] = [1, 11, 12, 13, 14].map((index) => Number(fields[index]))
      const [user, system, userOfEnded, systemOfEnded] = times
      if (parent === server.pid || Number(id) === server.pid) ticks += user + system
      if (Number(id) === server.pid) ticks += userOfEnded + systemOfEnded
    }
    return ticks * TICK_MS
  } catch {
    return null
  }
}

export async function postgres({ warmUp, rounds, count, rate, seconds, ...tools }) {
  const server = await startPostgres({ fsync: 'on' })
  const database = server.url()
  try {
    const before = cpuOf(server)
    const { warm } = await throughput({ ...tools, warmUp, rounds, count, database })
    const after = cpuOf(server)
    const events = (warmUp + rounds) * count
    const serverCpu = before === null || after === null ? null : (after - before) / events
    const arrival = await paced({ ...tools, rate, warmUp: 2_000, rounds: 3, seconds, database })
    return { ...warm, serverCpu, arrival: arrival.ours }
  } finally {
    await server.stop()
  }
}
