// Loaded into `node-red-dev validate` before anything else: answers its two questions to the network.
// - the catalogue of all Node-RED packages: empty, so P08 (similar names) and N01 (type names of others) say nothing
// - the versions of node-red on the registry: those this repository tests with, so P06 and P07 are real
const { createRequire } = require('node:module')
const path = require('node:path')

const here = createRequire(path.join(process.env.SCORECARD_ROOT, 'package.json'))
const latest = here('node-red/package.json')
const maintenance = here('node-red-4/package.json')
const registry = {
  'dist-tags': { latest: latest.version, 'v4-maintenance': maintenance.version },
  versions: { [latest.version]: latest, [maintenance.version]: maintenance },
}

const axios = createRequire(process.argv[1])('axios')
const get = axios.get
axios.get = async (url, ...rest) => {
  if (url.includes('catalogue.nodered.org')) return { data: { modules: [] } }
  if (/registry\.npmjs\.org\/node-red$/.test(url)) return { data: registry }
  return get(url, ...rest)
}
