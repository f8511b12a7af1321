import { RECIPES, type Recipe } from '../../../lib/recipes/payloads.js'
import { element } from '../element.js'

/** A choice of payloads to start from. It goes back to its first line, which only says what it is. */
export function recipeMenu(words: { label: string; id: string }, choose: (recipe: Recipe) => void): HTMLSelectElement {
  const menu = element(
    'select',
    { id: words.id, class: 'aa-menu', 'aria-label': words.label },
    element('option', { value: '' }, words.label),
    ...RECIPES.map(({ id, label }) => element('option', { value: id }, label)),
  )
  menu.addEventListener('change', () => {
    const recipe = RECIPES.find(({ id }) => id === menu.value)
    menu.value = ''
    if (recipe) choose(recipe)
  })
  return menu
}
