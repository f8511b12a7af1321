import { loadShared, type OpenSidebar } from '../editor/shared.js'
import { announce } from './announce.editor.js'
import { whenFlowsAreLoaded } from './flows-loaded.editor.js'

const ID = 'artifact-automations'
const ACTION = `${ID}:show-automations`
const LINK = /^#artifact-automations\/(.+)$/

const words = (key: string) => RED._(`@artifact-automations/node-red/automations:automations.${key}`)

RED.plugins.registerPlugin(ID, {
  type: 'sidebar',
  onadd() {
    const content = document.createElement('div')
    content.className = 'aa-side-place'
    const title = words('title')
    RED.sidebar.addTab({
      id: ID,
      label: title,
      name: title,
      iconClass: 'fa fa-bolt',
      content,
      action: ACTION,
    })
    const show = () => RED.sidebar.show(ID)
    RED.actions.add(ACTION, show, { label: words('show') })

    let loaded: Promise<OpenSidebar> | null = null
    const load = () => {
      loaded ??= loadViews(content).catch((error: unknown) => {
        loaded = null
        console.warn(error)
        failed(content, () => void load())
        throw error
      })
      return loaded
    }
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return
      seen.disconnect()
      load().catch(() => {})
    })
    seen.observe(content)

    // the editor puts the flow that it shows into the address: what was asked for is kept from before
    const follow = (hash: string) => {
      const [, path] = LINK.exec(hash) ?? []
      if (path === undefined) return
      show()
      load().then(
        (sidebar) => sidebar.visit(path),
        () => {},
      )
    }
    const asked = window.location.hash
    if (LINK.test(asked)) whenFlowsAreLoaded(() => follow(asked))
    window.addEventListener('hashchange', () => follow(window.location.hash))
    announce(ID)
  },
})

async function loadViews(content: HTMLElement): Promise<OpenSidebar> {
  const { openSidebar } = await loadShared()
  if (!openSidebar) throw new Error('resources/editor.js has no sidebar')
  const root = document.createElement('div')
  content.replaceChildren(root)
  return openSidebar(root)
}

function failed(content: HTMLElement, again: () => void): void {
  const reason = document.createElement('p')
  reason.setAttribute('role', 'alert')
  reason.textContent = words('error.not-loaded')
  const retry = document.createElement('button')
  retry.type = 'button'
  retry.className = 'red-ui-button'
  retry.textContent = words('button.again')
  retry.addEventListener('click', again)
  content.replaceChildren(reason, retry)
}
