import { defineSidebar } from '../editor/define-dialog.js'
import { Sidebar } from './sidebar.editor.js'

defineSidebar((root) => new Sidebar(root))
