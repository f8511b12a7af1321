#!/usr/bin/env node
import './import-node.js'

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { outlivesItsReader } from '../../closed-output.js'
import { parseAddressPolicy } from '../../webhook/address.js'
import { proxyOfEnvironment } from '../../webhook/proxy-environment.js'
import { connectWandb } from './connect.js'
import { importCommand } from './import-command.js'

outlivesItsReader(process.stdout)

/** The command `artifact-automations-import`. */
const ended = importCommand(process.argv.slice(2), {
  env: process.env,
  connect(baseUrl, apiKey) {
    const machineProxy = (url: URL) => proxyOfEnvironment(url, process.env)
    return connectWandb(baseUrl, () => apiKey, parseAddressPolicy('lan'), machineProxy)
  },
  newId: () => randomBytes(8).toString('hex'),
  read: (path) => readFileSync(path, 'utf8'),
  out: (text) => process.stdout.write(text),
  report: (text) => process.stderr.write(`${text}\n`),
})

ended
  .then((status) => {
    process.exitCode = status
  })
  .catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  })
