// Loaded before Node-RED, whose files are watched for one with the name of DIES_IF: as long as it is there, the process
// kills itself (SIGKILL) when it is about to answer an event with 202, which is stored by then.
const { existsSync } = require('node:fs')
const { ServerResponse } = require('node:http')

const file = process.env.DIES_IF
const { writeHead } = ServerResponse.prototype

ServerResponse.prototype.writeHead = function (status, ...more) {
  if (status === 202 && existsSync(file)) process.kill(process.pid, 'SIGKILL')
  return writeHead.call(this, status, ...more)
}
