import assert from 'node:assert/strict'
import { htmlIn } from './html.mts'
import { filesBelow, read } from './repository.mts'

/** The one place that may hand texts to those parts of the editor that take them for HTML. */
const THE_PLACE = 'nodes/editor/outside-text.ts'

const dialogs = [...filesBelow('nodes/editor', '.ts'), ...filesBelow('nodes', '.editor.ts')].filter(
  (file) => !file.endsWith('.d.ts'),
)

/** Ways around it, as somebody may write them. */
const WAYS = [
  'RED.notify(name, "warning")',
  'RED.popover.tooltip($("#x"), name)',
  'RED.popover.create({ content: name })',
  'const { notify } = RED',
  'const editor = RED; editor.notify(name)',
  'RED["notify"](name)',
  'RED.clipboard.copyText(name, null, name)',
  'RED.view.showTooltip(1, 2, name)',
  'RED.tray.show({ title: name })',
  'window.RED.notify(name)',
  'jQuery(name)',
  'line.innerHTML = name',
  'line.outerHTML += name',
  'line["innerHTML"] = name',
  'line.insertAdjacentHTML("beforeend", name)',
  'frame.srcdoc = name',
  'document.write(name)',
  'document.createRange().createContextualFragment(name)',
  'new DOMParser().parseFromString(name, "text/html")',
  '$("#x").html(name)',
  'form.input("url").html(name)',
  '$(name)',
  '$("<b>" + name)',
  '$(`<b>${name}</b>`)',
  '$("#x").append(name)',
  '$("#x").parent().after(name)',
  'function show(list: JQuery) { list.append(name) }',
  '$.parseHTML(name)',
  'button.onclick = name',
  'eval(name)',
  'new Function(name)',
  'const sure = name as InertText',
]

/** What looks like one and is none. */
const FINE = [
  'line.textContent = name',
  'parent.append(element("p", {}, name), " ")',
  '$("#x").toggle(true)',
  '$(`#x-${name}`).val(name)',
  'choice.onChange = () => {}',
  'RED.utils.getNodeLabel(node)',
  'RED._("key", { name })',
]

describe('no text from outside becomes HTML', () => {
  for (const file of dialogs.filter((file) => file !== THE_PLACE)) {
    it(file, () => assert.deepEqual(htmlIn(read(file)), []))
  }

  it('there is one place for it, and that is used', () => {
    assert.notDeepEqual(htmlIn(read(THE_PLACE)), [])
    assert.ok(dialogs.some((file) => read(file).includes('outside-text.js')))
  })

  for (const way of WAYS) it(`the search finds ${way}`, () => assert.equal(htmlIn(way).length, 1))
  for (const code of FINE) it(`the search leaves ${code} alone`, () => assert.deepEqual(htmlIn(code), []))
})
