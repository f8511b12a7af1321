import { RECIPES, type Recipe } from '../../../lib/recipes/payloads.js'
import { element } from '../element.js'

/** The words stand in the catalog of the node that every test needs. */
export const recipeWords = (id: string, part: 'label' | 'description'): string =>
  RED._(`@artifact-automations/node-red/automation-webhook:recipe.${id}.${part}`)

/** A choice of payloads to start from. It goes back to its first line, which only says what it is. */
export function recipeMenu(words: { label: string; id: string }, choose: (recipe: Recipe) => void): HTMLSelectElement {
  const menu = element(
    'select',
    { id: words.id, class: 'aa-menu', 'aria-label': words.label },
    element('option', { value: '' }, words.label),
    ...RECIPES.map(({ id }) => element('option', { value: id }, recipeWords(id, 'label'))),
  )
  menu.addEventListener('change', () => {
    const recipe = RECIPES.find(({ id }) => id === menu.value)
    menu.value = ''
    if (recipe) choose(recipe)
  })
  return menu
}
