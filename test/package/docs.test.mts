import assert from 'node:assert/strict'
import { access, readdir } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { EVENT_TYPES } from '../../dist/lib/events/event.js'
import { parseEvent } from '../../dist/lib/events/parse.js'
import { TEMPLATE_ONLY_NAMES, VOCABULARY } from '../../dist/lib/events/vocabulary.js'
import { FORMATS } from '../../dist/lib/sources/http/settings.js'
import { MAPPING_RECIPES } from '../../dist/lib/sources/mapped/recipes/recipes.js'
import { parseTemplate } from '../../dist/lib/template/parse.js'
import { renderTemplate } from '../../dist/lib/template/render.js'
import { FORBIDDEN_HEADERS } from '../../dist/lib/webhook/header-rules.js'
import { SERVICES } from '../../dist/lib/webhook/services.js'
import { SIGNINGS } from '../../dist/lib/webhook/signature-schemes.js'
import { DEFAULTS as WEBHOOK_PROPERTIES } from '../../dist/nodes/automation-webhook/automation-webhook.migrate.js'
import { readAny } from '../lib/sources/mapped/mapped.mts'
import { anchors, code, fences, links, postedEvents, rows } from './markdown.mts'
import { filesBelow, NODE_TYPES, packageJson, read, readJson, root } from './repository.mts'

const RECEIVED = { receivedAt: new Date('2026-01-02T03:04:05Z'), newId: () => 'event-1' }

const PAGES = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', ...filesBelow('docs', '.md')]
const README = read('README.md')
const { scripts } = readJson('package.json')

describe('the documentation', () => {
  it('is reachable from the README, all of it', () => {
    const reached = new Set(['README.md'])
    // a set is walked on while it grows
    for (const page of reached) {
      for (const link of links(read(page))) {
        const target = join(dirname(page), link.split('#')[0] ?? '')
        if (target.endsWith('.md') && !/^https:/.test(link)) reached.add(target)
      }
    }
    assert.deepEqual(
      PAGES.filter((page) => !reached.has(page)),
      [],
    )
  })

  for (const page of PAGES) {
    it(`${page}: links lead somewhere`, async () => {
      for (const link of links(read(page))) {
        if (/^https:/.test(link)) continue
        const [path, anchor] = link.split('#')
        const target = path ? join(dirname(join(root, page)), path) : join(root, page)
        await assert.doesNotReject(access(target), `${page} links to ${link}`)
        if (anchor) assert.ok(anchors(read(relative(root, target))).includes(anchor), `${page} links to ${link}`)
      }
    })

    it(`${page}: JSON is JSON, or a template that can be deployed`, () => {
      for (const { text } of fences(read(page), 'json')) {
        if (text.includes('${')) parseTemplate(text, 'json')
        else JSON.parse(text)
      }
    })

    it(`${page}: posted events are accepted`, async () => {
      for (const { path, body } of postedEvents(read(page))) {
        // a path ends with its format, or with the service whose mapping it has, where that is not the usual one
        const recipe = MAPPING_RECIPES.find(({ id }) => path.endsWith(`/${id}`))
        const format = recipe ? 'mapped' : (FORMATS.find((name) => path.endsWith(`/${name}`)) ?? 'event')
        const settings = { format, mapping: recipe?.expression ?? '', entity: 'my-team', project: 'models' }
        assert.notDeepEqual(await readAny(settings, body), [])
      }
    })

    it(`${page}: npm commands exist`, () => {
      for (const [, name] of read(page).matchAll(/npm (?:run )?(start|test|(?<=run )\w+)/g)) {
        assert.ok(scripts[name ?? ''], `npm run ${name}`)
      }
    })
  }
})

describe('the README', () => {
  it('lists every node type', () => {
    const listed = rows(README, 'The nodes', 'node').map(([type]) => code(type))
    assert.deepEqual(listed.sort(), [...NODE_TYPES].sort())
  })

  it('lists every event type', () => {
    assert.deepEqual(
      rows(README, 'Events', 'event type').map(([type]) => code(type)),
      [...EVENT_TYPES],
    )
  })

  it('lists every variable with its type', () => {
    const listed = rows(README, 'Variables', 'variable').map(([name, type]) => `${code(name).slice(2, -1)}: ${type}`)
    assert.deepEqual(listed.sort(), VOCABULARY.map(({ name, type }) => `${name}: ${type}`).sort())
  })

  it('names what only templates know', () => {
    for (const name of TEMPLATE_ONLY_NAMES) assert.ok(README.includes(`| \`\${${name}}\` |`), name)
  })

  it('lists every command of a contributor', () => {
    const listed = rows(README, 'Work on it', 'command').map(([command]) =>
      code(command).replace(/^npm (run )?| --.*$/g, ''),
    )
    assert.deepEqual(
      listed.sort(),
      Object.keys(scripts)
        .filter((name) => name !== 'prepack')
        .sort(),
    )
  })

  it('installs the package under the name that npm pack gives it', () => {
    const file = `${packageJson.name.replace('@', '').replace('/', '-')}-${packageJson.version}.tgz`
    assert.ok(
      fences(README, 'sh').some(({ text }) => text.includes(file)),
      file,
    )
  })
})

describe('the page on payload templates', () => {
  const page = read('docs/payload-templates.md')

  for (const [template, event, sent] of rows(page, 'Examples', 'template').map((cells) => cells.map(code))) {
    it(`${template} with ${event} sends ${sent}`, () => {
      const parsed = parseEvent(
        {
          event_type: 'LINK_ARTIFACT',
          entity_name: 'my-org',
          project_name: 'my-project',
          artifact_collection_name: 'cifar10',
          ...JSON.parse(event ?? ''),
        },
        RECEIVED,
      )
      const settings = { event: parsed, automationName: '', missing: 'blank' } as const
      assert.equal(renderTemplate(parseTemplate(template ?? '', 'json'), settings).text, sent)
    })
  }

  for (const [template, because] of rows(page, 'What is refused', 'template').map((cells) => cells.map(code))) {
    it(`${template} is refused: ${because}`, () => {
      assert.throws(() => parseTemplate(template ?? '', 'json'), { code: 'template_invalid' })
    })
  }
})

describe('the page on the HTTP interface', () => {
  it('lists every call of the admin interface', async () => {
    const folder = 'nodes/runtime/admin'
    const sources = (await readdir(join(root, folder))).map((file) => read(join(folder, file))).join('\n')
    const mounted = [...sources.matchAll(/router\.(get|post)\(\s*['`]\/([^'`]+)['`]/g)].flatMap(([, method, path]) =>
      // pause and resume are mounted in one loop
      (path ?? '').includes('${verb}')
        ? ['pause', 'resume'].map((verb) => `${method?.toUpperCase()} ${path?.replace('${verb}', verb)}`)
        : [`${method?.toUpperCase()} ${path}`],
    )
    const listed = rows(read('docs/http-interface.md'), 'Admin interface', 'call').map(([call]) => code(call))
    assert.deepEqual(listed.sort(), mounted.sort())
  })
})

describe('the page on the HTTP interface, about sources', () => {
  const page = read('docs/http-interface.md')
  const form = read('nodes/artifact-source/artifact-source.form.html')

  for (const [heading, property] of [
    ['Credentials', 'auth'],
    ['Formats', 'format'],
  ] as const) {
    it(`lists every ${property} that the dialog offers`, () => {
      const options = form.matchAll(new RegExp(`value="([\\w-]+)" data-i18n="artifact-source\\.${property}\\.`, 'g'))
      const listed = rows(page, heading, `\`${property}\``).map(([value]) => code(value))
      assert.deepEqual(
        listed,
        Array.from(options, ([, value]) => value),
      )
    })
  }
})

describe('the page on webhooks', () => {
  const page = read('docs/webhooks.md')

  it('lists every signing scheme with its header', () => {
    const listed = rows(page, 'Signatures', '`signing`')
    assert.deepEqual(
      listed.map(([signing]) => code(signing)),
      [...SIGNINGS],
    )
  })

  it('lists every service', () => {
    assert.deepEqual(
      rows(page, 'Services', '`service`').map(([service]) => code(service)),
      [...SERVICES],
    )
  })

  it('lists every property of a webhook with its default', () => {
    const listed = rows(page, 'Settings', 'property').map(([property, initial]) => [code(property), code(initial)])
    const { name: _, version: __, ...saved } = WEBHOOK_PROPERTIES
    assert.deepEqual(Object.fromEntries(listed), { ...saved, secrets: '' })
  })

  it('calls each of them as the dialog does', () => {
    const catalog = readJson('nodes/automation-webhook/locales/en-US/automation-webhook.json')
    const { label } = catalog['automation-webhook']
    for (const [property, , words] of rows(page, 'Settings', 'property')) assert.equal(words, label[code(property)])
  })

  it('lists every header that a webhook may not set', () => {
    const [, section = ''] = page.split('These headers are refused')
    for (const { name } of FORBIDDEN_HEADERS) assert.ok(section.toLowerCase().includes(`\`${name}`), name)
  })
})

describe('the page on troubleshooting', () => {
  const page = read('docs/troubleshooting.md')
  const sources = [...filesBelow('lib', '.ts'), ...filesBelow('nodes', '.ts')].map(read).join('\n')

  it('explains statuses that nodes show', () => {
    const statuses = rows(page, 'Troubleshooting', 'status').flatMap(([cell]) => cell?.split(', ').map(code) ?? [])
    for (const status of statuses) {
      const [start, more] = status.split('…')
      assert.ok(sources.includes(more === undefined ? `'${status}'` : `\`${start}`), status)
    }
  })
})
