import assert from 'node:assert/strict'
import fc from 'fast-check'
import MarkdownIt from 'markdown-it'
import { toHTML } from 'slack-markdown'
import { sampleEvent } from '../../../dist/lib/automations/samples.js'
import type { ArtifactEvent } from '../../../dist/lib/events/event.js'
import { RECIPES } from '../../../dist/lib/recipes/payloads.js'
import { fillSlots } from '../../../dist/lib/template/fill.js'
import { escapeMarkup } from '../../../dist/lib/template/markup/escape.js'
import { parseTemplate } from '../../../dist/lib/template/parse.js'
import { renderTemplate } from '../../../dist/lib/template/render.js'
import type { TemplateFormat } from '../../../dist/lib/template/template.js'
import { SERVICE, type ServiceName } from '../../../dist/lib/webhook/services.js'

const HOSTILE = '<!channel> R&D <https://evil.example|Deployed>'
const MARKDOWN = '[Deployed](https://evil.example) **now** _a_ <b>b</b> `c` #1'

interface Input {
  readonly alias?: string
  readonly event?: Partial<ArtifactEvent>
  readonly format?: TemplateFormat
}

/** What a webhook of the service is sent for a template, before its secrets are filled in. */
function sent(service: ServiceName, template: string, { alias = HOSTILE, event = {}, format = 'json' }: Input = {}) {
  const parsed = parseTemplate(template, format)
  const data = { event: { ...sampleEvent('ADD_ARTIFACT_ALIAS'), alias, ...event }, automationName: 'deploy' }
  const rendered = renderTemplate(parsed, { ...data, missing: 'blank' })
  return escapeMarkup({ ...rendered, format }, SERVICE[service].markup)
}

const json = (service: ServiceName, template: object, input: Input = {}) =>
  JSON.parse(sent(service, JSON.stringify(template), input).text)

/** The text at a path such as `blocks.0.text.text`. */
const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], value)

/** Slack, "Formatting message text": "only the specific characters shown above will be decoded for display". */
const decodedBySlack = (text: string) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

const ESCAPED = '&lt;!channel&gt; R&amp;D &lt;https://evil.example|Deployed&gt;'

describe('an alias in a message to Slack', () => {
  const mrkdwn = (text: string) => ({ type: 'mrkdwn', text })
  const plain = (text: string) => ({ type: 'plain_text', text })

  /** [where, a message with ${alias} there] */
  const MARKED: readonly [path: string, message: object][] = [
    ['text', { text: 'Alias ${alias}' }],
    ['text', { text: 'Alias ${alias}', mrkdwn: false }],
    ['blocks.0.text.text', { blocks: [{ type: 'section', text: mrkdwn('Alias ${alias}') }] }],
    ['blocks.0.fields.1.text', { blocks: [{ type: 'section', fields: [plain('x'), mrkdwn('Alias ${alias}')] }] }],
    ['blocks.0.elements.0.text', { blocks: [{ type: 'context', elements: [mrkdwn('Alias ${alias}')] }] }],
    [
      'blocks.0.accessory.confirm.text.text',
      { blocks: [{ type: 'section', accessory: { type: 'button', confirm: { text: mrkdwn('Alias ${alias}') } } }] },
    ],
    [
      'blocks.0.elements.0.options.0.description.text',
      {
        blocks: [
          { type: 'actions', elements: [{ type: 'checkboxes', options: [{ description: mrkdwn('Alias ${alias}') }] }] },
        ],
      },
    ],
    ['attachments.0.text', { attachments: [{ text: 'Alias ${alias}' }] }],
    ['attachments.0.pretext', { attachments: [{ pretext: 'Alias ${alias}', mrkdwn_in: ['text'] }] }],
    ['attachments.0.fields.0.value', { attachments: [{ fields: [{ title: 'a', value: 'Alias ${alias}' }] }] }],
    ['attachments.1.footer', { attachments: [{}, { footer: 'Alias ${alias}', mrkdwn_in: ['footer'] }] }],
    [
      'attachments.0.blocks.0.text.text',
      { attachments: [{ blocks: [{ type: 'section', text: mrkdwn('Alias ${alias}') }] }] },
    ],
    ['blocks.0.text.text', { blocks: [{ type: 'section', text: { text: 'Alias ${alias}', type: 'mrkdwn' } }] }],
  ]
  for (const [path, message] of MARKED) {
    it(`is escaped in ${path} of ${JSON.stringify(message)}`, () => {
      assert.equal(at(json('slack', message), path), `Alias ${ESCAPED}`)
      assert.equal(at(json('generic', message), path), `Alias ${HOSTILE}`)
      assert.equal(at(json('github', message), path), `Alias ${HOSTILE}`)
    })
  }

  const UNMARKED: readonly [path: string, message: object][] = [
    ['blocks.0.text.text', { blocks: [{ type: 'header', text: plain('${alias}') }] }],
    ['blocks.0.elements.0.value', { blocks: [{ type: 'actions', elements: [{ type: 'button', value: '${alias}' }] }] }],
    ['blocks.0.elements.0.url', { blocks: [{ type: 'actions', elements: [{ type: 'button', url: '${alias}' }] }] }],
    ['blocks.0.block_id', { blocks: [{ type: 'section', block_id: '${alias}', text: mrkdwn('x') }] }],
    ['blocks.0.alt_text', { blocks: [{ type: 'image', alt_text: '${alias}' }] }],
    [
      'blocks.0.elements.0.elements.0.text',
      { blocks: [{ type: 'rich_text', elements: [{ elements: [{ type: 'text', text: '${alias}' }] }] }] },
    ],
    ['attachments.0.title_link', { attachments: [{ title_link: '${alias}', text: 'x' }] }],
    ['attachments.0.fields.0.title', { attachments: [{ fields: [{ title: '${alias}', value: 'x' }] }] }],
    ['channel', { channel: '${alias}', text: 'x' }],
    ['metadata.event_payload.alias', { text: 'x', metadata: { event_payload: { alias: '${alias}' } } }],
  ]
  for (const [path, message] of UNMARKED) {
    it(`stays as it is in ${path} of ${JSON.stringify(message)}`, () => {
      assert.equal(at(json('slack', message), path), HOSTILE)
    })
  }

  it('is escaped, and the template’s own markup is not', () => {
    const message = { text: '<!here> *${alias}* &amp; <https://wandb.ai|W&B>' }
    assert.equal(json('slack', message).text, `<!here> *${ESCAPED}* &amp; <https://wandb.ai|W&B>`)
  })

  it('cannot leave the address of a link that the template makes', () => {
    const alias = 'x|<!channel>&y'
    assert.equal(
      json('slack', { text: '<https://x.example/${alias}|${alias}>' }, { alias }).text,
      '<https://x.example/x%7C%3C!channel%3E&amp;y|x|&lt;!channel&gt;&amp;y>',
    )
  })

  it('is escaped outside quotes, and in what the event brings as a whole', () => {
    const event = { artifact_metadata: { note: HOSTILE, card: { type: 'mrkdwn', text: HOSTILE } } }
    assert.equal(JSON.parse(sent('slack', '{"text": ${alias}}').text).text, ESCAPED)
    const whole = JSON.parse(
      sent('slack', '{"text": "${artifact_metadata}", "all": ${artifact_metadata}}', { event }).text,
    )
    assert.deepEqual(JSON.parse(decodedBySlack(whole.text)), event.artifact_metadata)
    assert.equal(whole.all.note, HOSTILE)
    assert.equal(whole.all.card.text, ESCAPED)
  })

  it('is escaped under a member that is there twice, whichever of both counts', () => {
    assert.equal(sent('slack', '{"text": "${alias}", "text": "${alias}"}').text.split('&lt;!channel&gt;').length, 3)
  })

  it('is escaped in a template of text that makes JSON, and in a form as the Web API takes it', () => {
    assert.equal(JSON.parse(sent('slack', '{"text": "${alias}"}', { format: 'text' }).text).text, ESCAPED)
    const form = sent('slack', 'channel=${alias}&text=A ${alias}', { format: 'form' }).text
    assert.deepEqual(Object.fromEntries(new URLSearchParams(form)), { channel: HOSTILE, text: `A ${ESCAPED}` })
  })

  it('moves the secrets that come after it, and leaves them secrets', () => {
    const { text, slots } = sent('slack', '{"a": ${T}, "text": "${alias} ${T} ${alias} $T", "b": "${T}", "c": ${T}}')
    const filled = JSON.parse(fillSlots(text, slots, () => '<secret & "quoted">'))
    const secret = '<secret & "quoted">'
    assert.deepEqual(filled, { a: secret, text: `${ESCAPED} ${secret} ${ESCAPED} ${secret}`, b: secret, c: secret })
  })

  it('leaves the layout as it is, and a payload that is no JSON', () => {
    const template = '{\n  "text" :\t"${alias}",\n  "n": 1.50 }\n'
    assert.equal(sent('slack', template).text, template.replace('${alias}', ESCAPED))
    assert.equal(sent('slack', 'Alias ${alias}', { format: 'text' }).text, `Alias ${HOSTILE}`)
    assert.equal(sent('slack', '{"text": "${alias}', { format: 'text' }).text, `{"text": "${HOSTILE}`)
  })

  it('says itself, calls nobody and links nowhere, whatever it is (property; judge: slack-markdown)', () => {
    const called: string[] = []
    const call = (name: string) => () => `called ${called.push(name)}`
    const slackCallbacks = Object.fromEntries(
      ['user', 'channel', 'usergroup', 'atHere', 'atChannel', 'atEveryone', 'date'].map((name) => [name, call(name)]),
    )
    const piece = fc.constantFrom(
      '<',
      '>',
      '!channel',
      '@U1',
      '#C1',
      '|',
      '&',
      '&lt;',
      '&amp;',
      'https://e.example',
      'a',
      ' ',
      '"',
      '\\',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const alias = pieces.join('')
        const { text } = json('slack', { text: 'a ${alias}' }, { alias })
        assert.equal(decodedBySlack(text), `a ${alias}`)
        const html = toHTML(text, { slackCallbacks, slackOnly: true })
        assert.deepEqual(called, [])
        // a bare address is linked by Slack's clients in any text, whoever wrote it
        assert.doesNotMatch(html, /<a href="(?!https:\/\/e\.example)/)
        assert.doesNotMatch(html, /<a [^>]*>(?!https:\/\/e\.example)/)
      }),
    )
  })

  it('would be told by that judge if it were not escaped', () => {
    const called: string[] = []
    const atChannel = () => `called ${called.push('channel')}`
    toHTML(HOSTILE, { slackCallbacks: { atChannel }, slackOnly: true })
    assert.deepEqual(called, ['channel'])
  })
})

const markdown = new MarkdownIt()

/** What a reader sees: Adaptive Cards are rendered by markdown-it (adaptivecards.io, JavaScript SDK). */
const seen = (text: string) => {
  const html = markdown.render(text)
  assert.doesNotMatch(html, /<(?!\/?p>|br>)/, html)
  return html
    .replace(/<\/?p>|<br>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .trim()
}

describe('an alias in a message to Teams', () => {
  const card = (...body: object[]) => ({
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        content: { type: 'AdaptiveCard', version: '1.4', body },
      },
    ],
  })
  const BODY = 'attachments.0.content.body'
  const section = (more: object) => ({ '@type': 'MessageCard', summary: 'x', sections: [more] })

  const MARKED: readonly [path: string, message: object][] = [
    [`${BODY}.0.text`, card({ type: 'TextBlock', text: 'Alias ${alias}' })],
    [`${BODY}.0.facts.0.value`, card({ type: 'FactSet', facts: [{ title: 'a', value: 'Alias ${alias}' }] })],
    [`${BODY}.0.facts.0.title`, card({ type: 'FactSet', facts: [{ title: 'Alias ${alias}', value: 'a' }] })],
    [
      `${BODY}.0.columns.0.items.0.text`,
      card({
        type: 'ColumnSet',
        columns: [{ type: 'Column', items: [{ type: 'TextBlock', text: 'Alias ${alias}' }] }],
      }),
    ],
    ['body.0.text', { type: 'AdaptiveCard', body: [{ text: 'Alias ${alias}', type: 'TextBlock' }] }],
    ['text', { '@type': 'MessageCard', text: 'Alias ${alias}' }],
    ['title', { '@type': 'MessageCard', title: 'Alias ${alias}', text: 'x' }],
    ['text', { text: 'Alias ${alias}' }],
    ...['title', 'activityTitle', 'activitySubtitle', 'activityText', 'text'].map((name): [string, object] => [
      `sections.0.${name}`,
      section({ [name]: 'Alias ${alias}' }),
    ]),
    ['sections.0.facts.0.value', section({ facts: [{ name: 'a', value: 'Alias ${alias}' }] })],
    ['sections.0.facts.0.name', section({ facts: [{ name: 'Alias ${alias}', value: 'a' }] })],
    [
      'attachments.0.content.text',
      {
        attachments: [{ contentType: 'application/vnd.microsoft.card.hero', content: { text: 'Alias ${alias}' } }],
      },
    ],
  ]
  for (const [path, message] of MARKED) {
    it(`is escaped in ${path} of ${JSON.stringify(message)}`, () => {
      const text = at(json('teams', message, { alias: MARKDOWN }), path) as string
      assert.equal(seen(text), `Alias ${MARKDOWN}`)
      assert.equal(at(json('generic', message, { alias: MARKDOWN }), path), `Alias ${MARKDOWN}`)
    })
  }

  const UNMARKED: readonly [path: string, message: object][] = [
    [`${BODY}.0.url`, card({ type: 'Image', url: '${alias}', altText: 'x' })],
    [`${BODY}.0.id`, card({ type: 'TextBlock', id: '${alias}', text: 'x' })],
    [`${BODY}.0.inlines.0.text`, card({ type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: '${alias}' }] })],
    [`${BODY}.0.actions.0.url`, card({ type: 'ActionSet', actions: [{ type: 'Action.OpenUrl', url: '${alias}' }] })],
    [
      `${BODY}.0.actions.0.title`,
      card({ type: 'ActionSet', actions: [{ type: 'Action.OpenUrl', title: '${alias}' }] }),
    ],
    ['summary', { '@type': 'MessageCard', summary: '${alias}', text: 'x' }],
    ['potentialAction.0.target', { '@type': 'MessageCard', text: 'x', potentialAction: [{ target: '${alias}' }] }],
  ]
  for (const [path, message] of UNMARKED) {
    it(`stays as it is in ${path} of ${JSON.stringify(message)}`, () => {
      assert.equal(at(json('teams', message, { alias: MARKDOWN }), path), MARKDOWN)
    })
  }

  it('is escaped, and the template’s own Markdown is not', () => {
    const { text } = json('teams', { text: '**${alias}** [open](https://wandb.ai)' }, { alias: 'a*b' })
    assert.equal(text, '**a\\*b** [open](https://wandb.ai)')
  })

  it('cannot leave the address of a link, nor the code, that the template makes', () => {
    const alias = 'x) [y](https://evil.example) `z'
    const { text } = json('teams', { text: '[open](https://x.example/${alias}) and `${alias}`' }, { alias })
    const html = markdown.render(text)
    assert.equal(html.match(/<a /g)?.length, 1)
    assert.match(html, /<a href="https:\/\/x\.example\/x%29%20%5By%5D%28https:\/\/evil\.example%29%20%60z">open<\/a>/)
    assert.match(html, /<code>x\) \[y\]\(https:\/\/evil\.example\) .z<\/code>/)
  })

  it('does not make the next value one of an address', () => {
    const event = { event_author: '**b**' }
    const { text } = json('teams', { text: '${alias} ${event_author}' }, { alias: 'x](', event })
    assert.equal(seen(text), 'x]( **b**')
  })

  it('makes no table, whose second line begins with a colon', () => {
    assert.equal(seen(json('teams', { text: '${alias}' }, { alias: '|\n:-' }).text), '|\n:-')
    assert.equal(seen(json('teams', { text: 'a | b\n:${alias}' }, { alias: '-|-:' }).text), 'a | b\n:-|-:')
  })

  it('says itself, whatever it is (property; judge: markdown-it)', () => {
    const signs = fc.constantFrom(...'\\`*_{}[]()#+-.!~|<>&=:"1a')
    const piece = fc.oneof(signs, fc.constantFrom('&lt;', '&copy;', '<b>', 'https://e.example', ' ', '\n', '12. '))
    const before = fc.constantFrom('', 'Alias ', '> ', 'a\n')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), before, (pieces, literal) => {
        // paragraphs, and blanks at the ends of lines, are lost in Markdown, whoever wrote them
        const alias = pieces
          .join('')
          .replace(/\s*\n\s*/g, '\n')
          .trim()
        fc.pre(alias !== '')
        const { text } = json('teams', { text: `${literal}\${alias}` }, { alias })
        if (literal === '> ') assert.match(markdown.render(text), /^<blockquote>\s*<p>[^<]*<\/p>\s*<\/blockquote>\s*$/)
        else assert.equal(seen(text), `${literal}${alias}`.replace(/^\s+/, ''))
      }),
      { numRuns: 1_000 },
    )
  })
})

describe('escaping for markup', () => {
  it('takes time that grows with the payload alone, however deep or full of values it is', () => {
    const duration = (work: () => void) => {
      const start = performance.now()
      work()
      return performance.now() - start
    }
    const sizes = [20_000, 40_000, 80_000]
    const shapes: readonly [string, (n: number) => { template: string; alias: string }][] = [
      ['values', (n) => ({ template: JSON.stringify({ text: '${alias}'.repeat(n / 10) }), alias: '<*_' })],
      ['depth', (n) => ({ template: `{"text": "\${alias}", "deep": ${'['.repeat(n)}${']'.repeat(n)}}`, alias: '<' })],
      ['signs', (n) => ({ template: JSON.stringify({ text: '${alias}' }), alias: '<*[(`&'.repeat(n / 10) })],
      [
        'backslashes',
        (n) => ({ template: JSON.stringify({ text: `${'\\'.repeat(n)}\${alias}` }), alias: '\\'.repeat(n) }),
      ],
      ['blanks', (n) => ({ template: JSON.stringify({ text: '${alias}' }), alias: `${' '.repeat(n)}\n`.repeat(2) })],
    ]
    for (const service of ['slack', 'teams'] as const) {
      for (const [what, shape] of shapes) {
        const times = sizes.map((n) => {
          const { template, alias } = shape(n)
          return Math.min(...Array.from({ length: 3 }, () => duration(() => sent(service, template, { alias }))))
        })
        assert.ok(times[2]! < 20 + times[0]! * 16, `${service} ${what}: ${times.map(Math.round).join(', ')} ms`)
      }
    }
  }).timeout(60_000)

  it('is done in every recipe for Slack and Teams, for every field of text', () => {
    for (const { service, template, label } of RECIPES.filter(({ service }) => /slack|teams/.test(service))) {
      const text = service === 'slack' ? HOSTILE : MARKDOWN
      const own = sampleEvent('RUN_METRIC')
      const hostile = Object.fromEntries(
        Object.entries({ ...sampleEvent('ADD_ARTIFACT_ALIAS'), ...own }).map(([name, value]) =>
          typeof value === 'string' && !/^event_(type|id|time)$/.test(name) ? [name, text] : [name, value],
        ),
      )
      const body = sent(service, template, { event: hostile as Partial<ArtifactEvent> }).text
      const forbidden = service === 'slack' ? ['<!channel>', '<https:'] : ['[Deployed](', '**now**', '<b>']
      const marks = forbidden.filter((mark) => body.includes(mark))
      assert.deepEqual(marks, [], label)
      assert.ok(body.includes('evil.example'), label)
    }
  })
})
