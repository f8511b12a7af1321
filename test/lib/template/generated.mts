import fc from 'fast-check'
import type { ArtifactEvent } from '../../../dist/lib/events/event.js'
import { VOCABULARY } from '../../../dist/lib/events/vocabulary.js'

/** Text that breaks careless templates, and any other. */
export const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc
    .array(
      fc.constantFrom(
        ...['${ACCESS_TOKEN}', '$SECRET', '${alias}', '$$', '${{', '}}', '$&', '$1', '"', '\\', '\\u', '\n', '\u0000'],
        ...['\u2028', '\uFEFF', '\ud83d', '\ude00', '😀', '__proto__', '.', ' ', '0', 'a'],
      ),
      { maxLength: 5 },
    )
    .map((texts) => texts.join('')),
)

const key = fc.oneof(hostileText, fc.constantFrom('__proto__', 'constructor', 'a.b', 'a', 'b', 'length', '0', ' x'))

/** Any JSON, with hostile keys and texts; as `JSON.parse` gives it. */
const anyJson: fc.Arbitrary<unknown> = fc
  .letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.oneof(hostileText, fc.double(), fc.integer(), fc.boolean(), fc.constant(null)),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
    ),
  }))
  .value.map((value) => JSON.parse(JSON.stringify(value)))

const metadata = fc.array(fc.tuple(key, anyJson), { maxLength: 5 }).map((entries) => Object.fromEntries(entries))

/** Events whose fields hold anything; fields that do not fit their type are of use here too. */
export const anyEvent = fc
  .record({
    alias: hostileText,
    tag: hostileText,
    event_author: fc.option(hostileText),
    artifact_version_index: fc.nat(),
    metric_values: fc.array(fc.integer()),
    artifact_metadata: metadata,
    custom: anyJson,
  })
  .map((fields) => ({ event_type: 'LINK_ARTIFACT', ...fields }) as unknown as ArtifactEvent)

/** What a slot names, with its value found in another way than the template finds it. */
export interface Named {
  readonly name: string
  valueIn(event: ArtifactEvent): unknown
}

const member = (container: unknown, key: string) =>
  new Map(Object.entries((container ?? {}) as Record<string, unknown>)).get(key)

const variable = fc
  .constantFrom(...VOCABULARY.map(({ name }) => name))
  .map((name): Named => ({ name, valueIn: (event) => member(event, name) }))

const canBeWritten = (name: string) => !/[}\r\n\u2028\u2029]|\$\{|^$|[ \t]$/.test(name)

const metadataKey = key.filter(canBeWritten).map(
  (name): Named => ({
    name: `artifact_metadata.${name}`,
    valueIn: ({ artifact_metadata }) => {
      const members = new Map(Object.entries(artifact_metadata ?? {}))
      if (members.has(name)) return members.get(name)
      return name.split('.').reduce<unknown>((value, step) => {
        if (Array.isArray(value)) return /^(0|[1-9]\d*)$/.test(step) ? value[Number(step)] : undefined
        return typeof value === 'object' ? member(value, step) : undefined
      }, artifact_metadata)
    },
  }),
)

const others = fc.constantFrom<Named>(
  { name: 'event_json', valueIn: (event) => event },
  { name: 'event.custom', valueIn: (event) => event['custom'] },
  { name: 'automation_name', valueIn: () => AUTOMATION },
)

/** The name of the automation in these tests. */
export const AUTOMATION = 'an "automation"'

export const SECRET_NAMES = ['ACCESS_TOKEN', 'SECRET', 'OTHER_2'] as const
export type Secrets = Readonly<Record<string, string>>
export const anySecrets: fc.Arbitrary<Secrets> = fc.record({
  ACCESS_TOKEN: hostileText,
  SECRET: hostileText,
  OTHER_2: hostileText,
})

const blanks = fc.constantFrom('', '', ' ', '\t ')
const written = (name: string, left: string, right: string) => `\${${left}${name}${right}}`

/** A part of a template: how it is written, and what has to be read in its place. */
export interface Written {
  readonly template: string
  expected(event: ArtifactEvent, secrets: Secrets): unknown
}

const missing = (value: unknown) => value === undefined || value === null || value === ''

const variableIn = (place: 'text' | 'value') =>
  fc.tuple(fc.oneof(variable, metadataKey, others), blanks, blanks).map(
    ([named, left, right]): Written => ({
      template: written(named.name, left, right),
      expected(event) {
        const value = named.valueIn(event)
        if (missing(value)) return place === 'text' ? '' : null
        return place === 'value' || typeof value === 'string' ? value : JSON.stringify(value)
      },
    }),
  )

const secret = fc.tuple(fc.constantFrom(...SECRET_NAMES), blanks, blanks).map(
  ([name, left, right]): Written => ({
    template: written(name, left, right),
    expected: (_event, secrets) => secrets[name],
  }),
)

/** `$NAME` with dollars before it and a space behind it, where one is granted and where none is. */
const bare = fc.tuple(fc.constantFrom('SECRET', 'OTHER_2', 'NOBODYS', 'alias'), fc.integer({ min: 1, max: 5 })).map(
  ([name, dollars]): Written => ({
    template: `${'$'.repeat(dollars)}${name} `,
    expected(_event, secrets) {
      if (secrets[name] === undefined) return `${'$'.repeat(dollars)}${name} `
      return `${'$'.repeat(dollars >> 1)}${dollars % 2 === 1 ? secrets[name] : name} `
    },
  }),
)

const constant = (template: string, text: string): Written => ({ template, expected: () => text })

/** Text that stands for itself; no dollar is left as it is, and some characters are written as escapes. */
const plain = fc.tuple(hostileText, fc.boolean()).map(([text, escaped]): Written => {
  const json = JSON.stringify(text).slice(1, -1)
  const asEscape = (char: string) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
  return constant(json.replace(escaped ? /[$\u0080-\uffff]/g : /\$/g, asEscape), text)
})

const dollars = fc.constantFrom(
  constant('$${alias}', '${alias}'),
  constant('$$$${', '$${'),
  constant('${{ ${alias} }}', '${{ ${alias} }}'),
  constant('$$${{ x }}', '$$${{ x }}'),
  constant('$ ', '$ '),
  constant('$$5', '$$5'),
)

const stringOf = (parts: readonly Written[]): Written => ({
  template: `"${parts.map(({ template }) => template).join('')}"`,
  expected: (event, secrets) => parts.map((part) => part.expected(event, secrets)).join(''),
})

const gap = fc.constantFrom('', '', ' ', '\n  ', '\t', '\r\n')

/** Valid JSON templates, with what has to be read from what they render. */
export function anyTemplate({ withSecrets }: { withSecrets: boolean }): fc.Arbitrary<Written> {
  const part = fc.oneof(plain, dollars, variableIn('text'), ...(withSecrets ? [secret, bare] : []))
  const string = fc.array(part, { maxLength: 4 }).map(stringOf)
  const leaf = fc.oneof(
    string,
    variableIn('value'),
    ...(withSecrets ? [secret] : []),
    fc
      .constantFrom('0', '-1.5e+3', 'true', 'false', 'null', '[ ]', '{\n}')
      .map((json): Written => ({ template: json, expected: () => JSON.parse(json) })),
  )
  const { value } = fc.letrec<{ value: Written }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      fc.tuple(fc.array(tie('value'), { minLength: 1, maxLength: 3 }), gap).map(
        ([items, space]): Written => ({
          template: `[${items.map(({ template }) => space + template + space).join(',')}]`,
          expected: (event, secrets) => items.map((item) => item.expected(event, secrets)),
        }),
      ),
      fc.tuple(fc.array(fc.tuple(string, tie('value')), { minLength: 1, maxLength: 3 }), gap).map(
        ([members, space]): Written => ({
          template: `{${members.map(([name, item]) => `${space}${name.template}${space}:${space}${item.template}`).join(',')}${space}}`,
          expected: (event, secrets) =>
            Object.fromEntries(
              members.map(([name, item]) => [name.expected(event, secrets), item.expected(event, secrets)]),
            ),
        }),
      ),
    ),
  }))
  return value
}

/** Text made of what templates are made of, in any order. */
export const templateLikeText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...['$', '{', '}', '"', '\\', 'u', '[', ']', ':', ',', '1', '-', ' ', '\n', '\r', '\t', '#', 'null', 'true'],
        ...['${alias}', '${SECRET}', '${ACCESS_TOKEN}', '$NAME', '${{ x }}', '${artifact_metadata.', '${event.a}'],
        ...['\\n', '\\u00e9', '{"a":', '"b"', '\uFEFF', '\ud83d', '\ude00', '\u2028', 'é', '\u0000'],
      ),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 14 },
  )
  .map((texts) => texts.join(''))
