import { defineSidebar } from '../editor/define-dialog.js'
import { learnDeployed } from './deployed-flows.editor.js'
import { Sidebar } from './sidebar.editor.js'
import { undeployedAutomations } from './workspace-flows.editor.js'

defineSidebar({
  openSidebar: (root) => new Sidebar(root),
  async isDeployed(id) {
    await learnDeployed()
    return !undeployedAutomations().has(id)
  },
})
