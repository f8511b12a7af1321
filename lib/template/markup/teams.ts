import type { Dialect } from './dialect.js'
import { type JsonNode, type JsonText, listed, objectsOf, says, textsOf, valuesOf } from './json-tree.js'
import { MARKDOWN } from './markdown.js'

/**
 * The texts of a message that Teams reads as Markdown. Sources: Microsoft, "Format cards in Teams" (Adaptive Cards:
 * "TextBlock field, and Fact.Title and Fact.Value"; connector cards: "the text fields") and "Legacy actionable message
 * card reference" (`markdown: false` turns it off for a section).
 */
export function* teamsTexts(root: JsonNode): Generator<[text: JsonText, dialect: Dialect]> {
  for (const text of textsOf(root, 'text')) yield [text, MARKDOWN]
  for (const object of objectsOf(root)) for (const text of textsIn(object)) yield [text, MARKDOWN]
}

function* textsIn(object: JsonNode): Generator<JsonText> {
  if (says(object, 'type', 'TextBlock')) yield* textsOf(object, 'text')
  if (says(object, 'type', 'FactSet')) {
    for (const fact of listed(object, 'facts')) yield* textsOf(fact, 'title', 'value')
  }
  if (says(object, '@type', 'MessageCard') || says(object, 'type', 'MessageCard')) yield* messageCardTexts(object)
  for (const type of RICH_CARDS) {
    if (!says(object, 'contentType', type)) continue
    for (const content of valuesOf(object, 'content')) yield* textsOf(content, 'text')
  }
}

/** Cards of bots: "formatting in the text property only, not in the title or subtitle properties". */
const RICH_CARDS = ['application/vnd.microsoft.card.hero', 'application/vnd.microsoft.card.thumbnail']

function* messageCardTexts(card: JsonNode): Generator<JsonText> {
  yield* textsOf(card, 'title', 'text')
  for (const section of listed(card, 'sections')) {
    yield* textsOf(section, 'title', 'activityTitle', 'activitySubtitle', 'activityText', 'text')
    for (const fact of listed(section, 'facts')) yield* textsOf(fact, 'name', 'value')
  }
}
