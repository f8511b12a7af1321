import { element } from '../element.js'

const ID = 'artifact-automations-wizard-styles'

const STYLES = `
.aa-wizard { padding: 14px 20px; box-sizing: border-box; color: var(--red-ui-form-text-color, #333); }
@media (min-width: 900px) { .aa-wizard { min-width: 680px; } }
.aa-steps { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0 0 16px; padding: 0 0 8px; list-style-position: inside;
  border-bottom: 1px solid var(--red-ui-secondary-border-color, #d9d9d9); }
.aa-steps li { font-weight: normal; opacity: 0.85; }
.aa-steps li[aria-current] { font-weight: 600; opacity: 1; box-shadow: 0 9px 0 -7px var(--red-ui-form-text-color, #333); }
.aa-wizard .aa-inset { box-sizing: border-box; margin: 0 0 14px; padding: 10px 12px 2px; border: 1px solid var(--red-ui-secondary-border-color, #d9d9d9); border-radius: 4px; }
.aa-wizard .aa-choice { display: inline-flex; flex-wrap: wrap; gap: 8px; width: calc(100% - 130px); vertical-align: top; }
.aa-wizard .form-row:has(> .aa-choice) > label:first-child { line-height: 34px; vertical-align: top; }
.aa-wizard .aa-choice select { flex: 1 1 150px; min-width: 0; width: auto; }
.aa-wizard .aa-choice button { flex: 0 0 auto; height: 34px; }
.aa-wizard > .aa-step .aa-summary { position: static; }
.aa-wizard .aa-info-box { min-width: 100%; }
.aa-ask { max-width: 420px; padding: 18px 20px; border: 1px solid var(--red-ui-secondary-border-color, #d9d9d9); border-radius: 4px;
  background: var(--red-ui-secondary-background, #fff); color: var(--red-ui-form-text-color, #333); }
.aa-ask::backdrop { background: rgb(0 0 0 / 35%); }
.aa-ask-foot { display: flex; gap: 8px; justify-content: flex-end; }
`

export function installWizardStyles(): void {
  if (!document.getElementById(ID)) document.head.append(element('style', { id: ID }, STYLES))
}
