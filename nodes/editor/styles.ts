import { element } from './element.js'

const ID = 'artifact-automations-styles'

/** Colours are Node-RED's own variables, so that both themes and every theme plugin fit; the fallbacks are 4.1's. */
const STYLES = `
/* quieter than the text, and still to be read by everybody: 4.1's own grey is too light for that */
.aa-form { --aa-quiet-color: color-mix(in srgb, var(--red-ui-form-text-color, #333) 82%, var(--red-ui-secondary-background, #fff)); }
/* Node-RED makes the inside of a tray as wide as its form likes to be, and 460 px at least; what sticks out of a small
   window could not be reached */
.red-ui-tray-body:has(.aa-form) { min-width: 0 !important; }
.aa-form { width: 0; min-width: 100%; }
@media (min-width: 900px) { .aa-form { width: auto; min-width: 0; } .aa-form.aa-broad { min-width: 600px; } }
/* 4.1's own grey is too light on its small buttons, too, and 5's red of a dark one that has the focus; #none only weighs more
   than what they say of each state */
:is(#none, .aa-form) .red-ui-button:not(.primary, :disabled) { color: var(--red-ui-form-text-color, #333) !important; }
.aa-form [hidden] { display: none !important; }
.aa-form .form-row > label:first-child { width: 125px; overflow-wrap: anywhere; hyphens: auto; }
.aa-form label > i.fa { width: 18px; text-align: center; }
.aa-form .form-row > input[type=text], .aa-form .form-row > input[type=password],
.aa-form .form-row > select, .aa-form .form-row > textarea { width: calc(100% - 130px); box-sizing: border-box; }
.aa-form .form-row > div > select { min-width: 0; }
.aa-form .form-row > textarea { vertical-align: top; resize: vertical; }
.aa-form .aa-check { display: flex; align-items: baseline; }
.aa-form .aa-check > label { width: auto !important; min-width: 0; margin: 0 0 0 6px; }
.aa-form .aa-check > input[type=checkbox] { flex: none; width: auto; margin: 0 !important; }
.aa-check { padding-left: 130px; }
.aa-check.aa-wide { padding-left: 0; }
.aa-hint { margin: -6px 0 12px 130px; font-size: 12px; line-height: 1.45;
  color: var(--aa-quiet-color); }
.aa-hint:empty { display: none; }
.aa-hint.aa-below { margin-top: 6px; }
.aa-hint code, .aa-note code, .aa-list code { font-size: 11px; white-space: normal; overflow-wrap: anywhere; }
/* Node-RED's own colour for code is that of its errors */
.aa-hint code, .aa-url code, .aa-group code, .aa-list code { color: var(--red-ui-form-text-color, #333); }
.aa-note { margin: -6px 0 12px 130px; font-size: 12px; line-height: 1.45; overflow-wrap: anywhere; }
.aa-note:empty { display: none; }
.aa-quiet { font-size: 12px; line-height: 1.45; color: var(--aa-quiet-color); }
.aa-note.aa-error, .aa-text-error { color: var(--red-ui-text-color-error, #ad1625); }
.aa-note.aa-warning, .aa-text-warning { color: var(--red-ui-form-text-color, #333); }
.aa-note.aa-warning:not(:empty)::before, p.aa-text-warning::before { content: '\\f071'; font-family: FontAwesome; margin-right: 5px;
  color: var(--red-ui-border-color-warning, #e79a00); }
.aa-note.aa-info { color: var(--aa-quiet-color); }
.aa-warning-box, .aa-info-box { margin: 0 0 12px 130px; padding: 8px 10px; font-size: 12px; line-height: 1.45; border-radius: 4px;
  border: 1px solid var(--red-ui-secondary-border-color, #d9d9d9); background: var(--red-ui-form-tips-background, #fefbe9);
  color: var(--red-ui-form-text-color, #333); }
.aa-warning-box { border-color: var(--red-ui-border-color-warning, #e79a00); }
.aa-wide { margin-left: 0; }
.aa-form .aa-section { margin: 18px 0 12px; padding: 0; border: 0; border-top: 1px solid var(--red-ui-secondary-border-color, #d9d9d9); }
.aa-section > summary { padding: 10px 0 8px; font-weight: 600; cursor: pointer; color: var(--red-ui-form-text-color, #333); }
.aa-heading { padding: 10px 0 8px; margin: 0; font-weight: 600; color: var(--red-ui-form-text-color, #333); }
.aa-form details.aa-section:first-of-type { margin-top: 4px; }
.aa-form details.aa-section:not([open]) { margin-bottom: 0; }
.aa-form details.aa-section:not([open]) + .aa-section { margin-top: 4px; }
.aa-section > summary:focus-visible { outline: 1px solid var(--red-ui-form-input-focus-color, #0d74ce); outline-offset: 2px; }
.aa-section > summary i.fa, .aa-heading i.fa { width: 18px; text-align: center; }
.aa-url { display: flex; gap: 6px; align-items: center; margin: -4px 0 12px 130px; min-width: 0; }
.aa-url code { flex: 0 1 auto; min-width: 0; overflow-wrap: anywhere; white-space: normal; font-size: 12px; }
.aa-group { display: inline-block; vertical-align: top; width: calc(100% - 130px); border: 0; padding: 0; margin: 0 0 4px; }
.aa-group fieldset { border: 0; margin: 0 0 8px; padding: 0; }
.aa-group legend { font-size: 12px; margin: 0 0 2px; padding: 0; width: auto; border: 0; line-height: 20px;
  color: var(--aa-quiet-color); }
.aa-group label { display: inline-flex !important; align-items: center; gap: 6px; width: auto !important; max-width: 100%; margin: 0 14px 2px 0; font-size: 13px; }
.aa-group label > :last-child { min-width: 0; overflow-wrap: anywhere; white-space: normal; }
.aa-group input[type=checkbox], .aa-group input[type=radio] { margin: 0 !important; width: auto; }
.aa-columns { display: grid; grid-template-columns: repeat(auto-fill, minmax(145px, 1fr)); }
/* in sight while the fields are changed that it tells of, and not over the one that has the focus; where there is room */
@media (min-height: 600px) {
  .aa-form:has(.aa-summary) :is(input, select, textarea) { scroll-margin-bottom: 110px; }
  .aa-summary { position: sticky; bottom: 0; z-index: 1; }
}
.aa-summary { margin: 14px 0 0; padding: 10px 12px; border-left: 3px solid #82c3b0;
  border-top: 1px solid var(--red-ui-secondary-border-color, #d9d9d9); background: var(--red-ui-secondary-background, #fff);
  color: var(--red-ui-form-text-color, #333); line-height: 1.5; overflow-wrap: anywhere; }
.aa-form .aa-chips { display: flex; flex-wrap: wrap; gap: 6px; margin: 0 0 12px 130px; padding: 0; list-style: none; }
.aa-form .aa-chips.aa-wide { margin-left: 0; }
.aa-chip { border: 1px solid var(--red-ui-secondary-border-color, #d9d9d9); border-radius: 12px; padding: 1px 10px; font-size: 12px; line-height: 20px;
  background: var(--red-ui-form-input-background, #fff); color: var(--aa-quiet-color); overflow-wrap: anywhere; }
.aa-chip b { color: var(--red-ui-form-text-color, #333); font-weight: 600; }
.aa-chip.aa-yes { border-color: var(--red-ui-border-color-success, #4b8400); color: var(--red-ui-form-text-color, #333); }
.aa-yes > i.fa { color: var(--red-ui-text-color-success, #4b8400); }
.aa-toolbar { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin: 0 0 8px; }
.aa-toolbar.aa-beside { margin-left: 130px; }
.aa-toolbar > label { width: auto !important; margin: 0; }
.aa-toolbar > select { width: auto !important; flex: 0 1 auto; max-width: 215px; height: 28px !important; font-size: 13px !important; padding: 0 4px; margin: 0 !important; }
.aa-toolbar > select.aa-menu { max-width: 165px; }
.aa-toolbar > select.aa-event { flex: 1 1 130px; min-width: 0; }
.aa-toolbar .aa-spring { flex: 1 1 0; }
.aa-toolbar > .aa-buttons { display: flex; gap: 8px; margin-left: auto; }
.aa-output { margin: 0 0 8px; padding: 8px 10px; max-height: 260px; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 12px;
  font-family: var(--red-ui-monospace-font, monospace); line-height: 1.45; border-radius: 4px;
  border: 1px solid var(--red-ui-form-input-border-color, #cecece); background: var(--red-ui-form-input-background-disabled, #f9f9f9);
  color: var(--red-ui-form-text-color, #333); }
.aa-output mark { background: var(--red-ui-form-tips-background, #fefbe9); color: inherit; border-bottom: 1px dashed var(--red-ui-border-color-warning, #e79a00); }
.aa-output:focus-visible, .aa-list:focus-visible { outline: 1px solid var(--red-ui-form-input-focus-color, #0d74ce); }
.aa-form .aa-findings { margin: 0 0 10px; padding: 0 0 0 18px; font-size: 12px; line-height: 1.5; overflow-wrap: anywhere; }
.aa-text-error, .aa-text-warning, .aa-status { overflow-wrap: anywhere; }
.aa-form .aa-findings:empty { display: none; }
.aa-list { max-height: 230px; overflow: auto; border: 1px solid var(--red-ui-form-input-border-color, #cecece); border-radius: 4px; margin: 0 0 10px;
  background: var(--red-ui-form-input-background, #fff); }
.aa-list h4 { margin: 0; padding: 4px 8px; font-size: 12px; line-height: 18px; font-weight: 600; position: sticky; top: 0;
  background: var(--red-ui-secondary-background-inactive, #f0f0f0); color: var(--red-ui-form-text-color, #333); }
.aa-list ul { list-style: none; margin: 0; padding: 0; }
.aa-list button { display: grid; grid-template-columns: minmax(150px, 38%) 1fr; gap: 2px 10px; width: 100%; text-align: left; padding: 4px 8px; border: 0;
  background: transparent; color: var(--red-ui-form-text-color, #333); font-size: 12px; line-height: 17px; cursor: pointer; }
.aa-list button:hover, .aa-list button:focus { background: var(--red-ui-list-item-background-hover, #f3f3f3); outline: none; }
.aa-list button code { background: none; border: 0; padding: 0; white-space: normal; overflow-wrap: anywhere; }
.aa-list button small { grid-column: 2; font-size: 11px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
  color: var(--aa-quiet-color); }
.aa-rule { display: flex; gap: 8px; align-items: center; }
.aa-rule input { margin: 0 !important; min-width: 0; }
.aa-rule .aa-pattern { flex: 3 1 0; font-family: var(--red-ui-monospace-font, monospace) !important; font-size: 13px !important; }
.aa-rule .aa-label { flex: 2 1 0; }
.aa-rule .aa-port { flex: 0 0 auto; min-width: 34px; text-align: right; font-size: 12px; white-space: nowrap; color: var(--aa-quiet-color); }
.aa-rule-problem { font-size: 12px; line-height: 1.4; margin-top: 4px; color: var(--red-ui-text-color-error, #ad1625); }
.aa-rule-problem:empty { display: none; }
.aa-rules-head { display: flex; gap: 8px; margin: 0 54px 4px 30px; font-size: 12px; color: var(--aa-quiet-color); }
.aa-rules-head span:nth-child(1) { flex: 3 1 0; } .aa-rules-head span:nth-child(2) { flex: 2 1 0; } .aa-rules-head span:nth-child(3) { flex: 0 0 34px; }
.aa-mono, .aa-form input.aa-mono { font-family: var(--red-ui-monospace-font, monospace) !important; font-size: 13px !important; }
.aa-form textarea.aa-payload { width: 100%; min-height: 130px; margin-bottom: 8px; box-sizing: border-box; resize: vertical; }
.aa-answer h4 { margin: 10px 0 4px; font-size: 13px; font-weight: 600; color: var(--red-ui-form-text-color, #333); }
.aa-answer table { width: 100%; font-size: 12px; margin: 0 0 8px; border-collapse: collapse; table-layout: fixed; }
.aa-answer th { text-align: left; font-weight: normal; width: 38%; vertical-align: top; padding: 1px 8px 1px 0; overflow-wrap: anywhere;
  color: var(--aa-quiet-color); }
.aa-answer td { padding: 1px 0; overflow-wrap: anywhere; font-family: var(--red-ui-monospace-font, monospace); color: var(--red-ui-form-text-color, #333); }
.aa-status { font-weight: 600; } .aa-status.aa-no { color: var(--red-ui-text-color-error, #ad1625); }
/* texts fill the width that the fields need, and do not widen the dialog themselves */
.aa-hint, .aa-note, .aa-warning-box, .aa-info-box, .aa-url, .aa-form .aa-chips { width: 0; min-width: calc(100% - 130px); box-sizing: border-box; }
.aa-hint.aa-wide, .aa-warning-box.aa-wide, .aa-form .aa-chips.aa-wide, .aa-summary, .aa-output, .aa-form .aa-findings, .aa-answer, .aa-list,
.aa-form textarea.aa-payload { width: 0; min-width: 100%; box-sizing: border-box; }
`

/** Adds the styles of our dialogs to the page, once for all nodes. */
export function installStyles(): void {
  if (document.getElementById(ID)) return
  document.head.append(element('style', { id: ID }, STYLES))
}
