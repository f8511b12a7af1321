#!/usr/bin/env node
import './import-node.js'

import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { parseAddressPolicy } from '../../webhook/address.js'
import { proxyOfEnvironment } from '../../webhook/proxy-environment.js'
import { USER_AGENT } from '../../webhook/version.js'
import { WandbClient } from './client.js'
import { HttpPost } from './http-post.js'
import { importCommand } from './import-command.js'

/** The command `artifact-automations-import`. */
void importCommand(process.argv.slice(2), {
  env: process.env,
  connect(baseUrl, apiKey) {
    const http = new HttpPost({
      addressPolicy: parseAddressPolicy('lan'),
      machineProxy: (url) => proxyOfEnvironment(url, process.env),
    })
    const client = new WandbClient({
      baseUrl,
      apiKey: () => apiKey,
      post: http.post,
      timeout: (ms) => AbortSignal.timeout(ms),
      now: Date.now,
      userAgent: USER_AGENT,
    })
    return { client, close: () => http.close() }
  },
  newId: () => randomBytes(8).toString('hex'),
  read: (path) => readFileSync(path, 'utf8'),
  out: (text) => process.stdout.write(text),
  report: (text) => process.stderr.write(`${text}\n`),
}).then((status) => {
  process.exitCode = status
})
