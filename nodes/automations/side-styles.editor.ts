import { element } from '../editor/element.js'

const ID = 'artifact-automations-side-styles'

/** Colours are Node-RED's own variables, so that both themes and every theme plugin fit; the fallbacks are 4.1's. */
const STYLES = `
.aa-side-place { height: 100%; }
.aa-side-place > div { height: 100%; }
.aa-side-look { --aa-text: var(--red-ui-primary-text-color, #333); --aa-ground: var(--red-ui-secondary-background, #fff);
  --aa-line: var(--red-ui-secondary-border-color, #d9d9d9);
  --aa-quiet-color: color-mix(in srgb, var(--aa-text) 85%, var(--aa-ground));
  --aa-good: var(--red-ui-text-color-success, #4b8400); --aa-bad: var(--red-ui-text-color-error, #ad1625);
  --aa-waits: color-mix(in srgb, var(--red-ui-text-color-warning, #8a5a00) 70%, var(--aa-text));
  color: var(--aa-text); font-size: 12px; line-height: 16px; }
.aa-side { display: flex; flex-direction: column; min-width: 0; background: var(--aa-ground); container-type: size; overflow: hidden; }
.aa-side-look [hidden] { display: none !important; }
.aa-side-look :is(p, ul, ol, dl, h2, h3) { margin: 0; padding: 0; }
.aa-side-look :is(input, select) { box-sizing: border-box; height: 24px !important; margin: 0 !important; padding: 0 4px !important; font-size: 12px !important;
  line-height: 16px; min-width: 0; color: var(--red-ui-form-text-color, #333); background-color: var(--red-ui-form-input-background, #fff);
  border: 1px solid var(--red-ui-form-input-border-color, #ccc); border-radius: 3px; }
.aa-side-look :is(button, [tabindex], input, select, summary):focus-visible { outline: 2px solid var(--red-ui-form-input-focus-color, #0d74ce); outline-offset: -2px; }
/* 4.1's grey is too light to be read by everybody, 5's dark red where a button has the focus, too; #none only weighs more */
.aa-side-look .red-ui-button:not(.primary) { margin: 0; }
:is(#none, .aa-side-look) .red-ui-button:not(.primary) { color: var(--aa-text) !important; }
.aa-side-look .red-ui-button.primary.primary:not(:disabled, [aria-disabled]) { color: #fff !important; }
.aa-side-look .red-ui-button:is(:disabled, [aria-disabled]) { opacity: 0.6; cursor: not-allowed; }
.aa-tabs { display: flex; flex: none; overflow-x: auto; scrollbar-width: none; border-bottom: 1px solid var(--aa-line); }
.aa-tabs [role=tab] { flex: 1 0 auto; padding: 4px 6px; border: 0; border-bottom: 2px solid transparent; background: transparent; color: var(--aa-quiet-color); font-size: 12px; line-height: 16px; }
.aa-tabs [role=tab][aria-selected=true] { color: var(--aa-text); border-bottom-color: var(--red-ui-form-input-focus-color, #0d74ce); font-weight: 600; }
@container (max-width: 420px) { .aa-tabs [role=tab] { flex: 1 1 auto; min-width: 0; padding: 4px; overflow: hidden; text-overflow: ellipsis; } .aa-plain.aa-fits { font-size: 11px; column-gap: 6px; } .aa-plain.aa-fits .aa-plain-row { column-gap: 6px; } }
@container (max-width: 310px) { .aa-tabs [role=tab] { padding: 4px 2px; font-size: 11px; } }
.aa-panel { flex: 1 1 0; min-height: 0; display: flex; flex-direction: column; }
.aa-view { flex: 1 1 0; min-height: 0; display: flex; flex-direction: column; }
.aa-bar { flex: none; padding: 3px 4px 2px; }
.aa-bar-line { display: flex; gap: 3px; align-items: center; }
.aa-bar-line > .aa-search { flex: 1 1 60px; }
.aa-fields { display: flex; flex-wrap: wrap; gap: 3px; margin-top: 3px; align-items: center; }
/* each has room by the length of its name, which stands in it */
.aa-fields > .aa-choice { flex: 1 1 30px; width: 30px; font-size: 11px !important; padding: 0 1px !important; }
/* as wide as a date and a time are: cut off, nobody knows which it is */
.aa-fields > .aa-time-field { flex: 1 1 225px; display: flex; align-items: center; gap: 3px; margin: 0; min-width: 0; font-size: 11px; }
.aa-time-field > input { flex: 1 1 60px; width: 60px; }
.aa-break { display: none; }
@container (max-width: 760px) { .aa-break { display: block; flex: 0 0 100%; height: 0; margin-top: -3px; } }
@container (max-width: 420px) { .aa-shrinks { width: 25px; overflow: hidden; white-space: nowrap; padding-right: 0 !important; text-align: left; } .aa-shrinks i.fa { margin-right: 12px; } }
.aa-list-note { flex: none; padding: 2px 6px; overflow-wrap: anywhere; display: flex; gap: 6px; align-items: center; flex-wrap: wrap; }
.aa-list-note:empty { display: none; }
.aa-zone { flex: none; padding: 0 6px 1px; font-size: 11px; line-height: 15px; color: var(--aa-quiet-color); }
.aa-quiet { color: var(--aa-quiet-color); }
.aa-side-look .aa-text-error { color: var(--aa-bad); }
.aa-read-only, .aa-troubles { flex: none; padding: 3px 6px; display: flex; gap: 6px; align-items: center; border-bottom: 1px solid var(--aa-line); background: var(--red-ui-form-tips-background, #fefbe9); color: var(--aa-text); }
.aa-troubles > span { flex: 1 1 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
@container (min-height: 401px) { .aa-troubles > span { white-space: normal; overflow-wrap: anywhere; max-height: 64px; overflow-y: auto; } }
.aa-empty { padding: 14px 10px; display: flex; flex-direction: column; gap: 10px; align-items: flex-start; color: var(--aa-text); }
.aa-side-look .aa-link { border: 0; background: none; padding: 0; color: var(--aa-text); text-decoration: underline; font-size: 12px; line-height: 16px; cursor: pointer; }
/* tables */
.aa-table { flex: 1 1 0; min-height: 0; display: flex; }
/* with a ground of its own, and its inside kept apart, it is scrolled without a look at the rest of the page */
.aa-scroll { flex: 1 1 0; min-width: 0; overflow-y: auto; overflow-x: hidden; position: relative; contain: strict; background: var(--aa-ground); }
.aa-head { position: sticky; top: 0; z-index: 1; background: var(--red-ui-tertiary-background, #f7f7f7); border-bottom: 1px solid var(--aa-line); border-top: 1px solid var(--aa-line); }
.aa-head-row > div { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; font-weight: 600; line-height: 20px; font-size: 11px; }
.aa-head-row button { border: 0; background: none; padding: 0; font: inherit; color: inherit; line-height: 20px; }
.aa-head-row [aria-sort=ascending] button::after { content: ' \\2191' / ''; }
.aa-head-row [aria-sort=descending] button::after { content: ' \\2193' / ''; }
.aa-body { position: relative; }
.aa-body > .aa-row { position: absolute; left: 0; right: 0; height: var(--aa-row-height); box-sizing: border-box; border-bottom: 1px solid var(--aa-line); cursor: default; padding-top: 5px; }
.aa-narrow .aa-body > .aa-row { padding-top: 1px; }
@container (max-height: 400px) { .aa-view > .aa-zone { display: none; } }
.aa-body > .aa-row:hover { background: var(--red-ui-list-item-background-hover, #f3f3f3); }
.aa-head-row, .aa-body > .aa-row { display: grid; column-gap: 8px; padding-left: 6px; padding-right: 6px; align-items: center; align-content: start; }
.aa-body > .aa-row > div { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0; line-height: 18px; }
.aa-body > .aa-row > .aa-c-actions { overflow: visible; text-align: right; display: flex; gap: 2px; justify-content: flex-end; }
.aa-c-actions .red-ui-button { padding: 0 4px !important; min-width: 22px; height: 20px; line-height: 18px !important; }
/* its buttons say what they are */
.aa-head-row > .aa-c-actions > span { position: absolute; clip-path: inset(50%); }
.aa-narrow .aa-head-row { display: flex; gap: 10px; }
/* over several lines they say nothing to the eye; those that sort stay */
.aa-narrow .aa-head:not(:has(button)) { height: 0; border: 0; overflow: hidden; }
.aa-narrow .aa-head-row > div:not(:has(button)) { position: absolute; clip-path: inset(50%); }
.aa-c-name { grid-area: name } .aa-c-sentence { grid-area: sentence } .aa-c-state { grid-area: state } .aa-c-fired { grid-area: fired } .aa-c-day { grid-area: day } .aa-c-actions { grid-area: actions }
.aa-c-when { grid-area: when } .aa-c-status { grid-area: status } .aa-c-automation { grid-area: automation } .aa-c-webhook { grid-area: webhook } .aa-c-attempts { grid-area: attempts }
.aa-c-type { grid-area: type } .aa-c-artifact { grid-area: artifact } .aa-c-subject { grid-area: subject } .aa-c-source { grid-area: source }
.aa-c-url { grid-area: url } .aa-c-waiting { grid-area: waiting } .aa-c-oldest { grid-area: oldest } .aa-c-used { grid-area: used } .aa-c-set { grid-area: set }
.aa-t-automations :is(.aa-head-row, .aa-row) { grid-template: 'name sentence state fired day actions' / minmax(90px, 2fr) minmax(120px, 4fr) minmax(96px, 1.2fr) minmax(144px, 1.3fr) 90px 26px; }
.aa-c-sentence > span { display: flex; } .aa-c-sentence > span > * { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: pre; flex: 0 1 auto; }
/* where it goes is in sight, however long it is what starts it */
.aa-c-sentence .aa-where { flex: 0 0 auto; max-width: 60%; }
/* in several lines, each of which begins and ends at the edges */
.aa-narrow:is(.aa-t-automations, .aa-t-history, .aa-t-webhooks) .aa-row { display: flex; flex-wrap: wrap; column-gap: 8px; align-content: start; }
.aa-t-automations.aa-narrow .aa-row { padding-right: 36px; }
.aa-t-automations.aa-narrow .aa-row > .aa-c-actions { position: absolute; right: 6px; top: 8px; }
.aa-t-automations.aa-narrow .aa-row > .aa-c-name { flex: 1 1 0; min-width: 40%; order: 1; }
/* a long reason shares the line with the name: a line of its own would lie over the next row */
.aa-t-automations.aa-narrow .aa-row > .aa-c-state { order: 2; flex: 0 1 auto; max-width: calc(60% - 8px); }
.aa-t-automations.aa-narrow .aa-row::before { content: ''; order: 3; flex: 0 0 100%; height: 0; }
.aa-t-automations.aa-narrow .aa-row > .aa-c-sentence { order: 4; flex: 1 1 0; } .aa-t-automations.aa-narrow .aa-row > .aa-c-fired { order: 5; text-align: right; }
.aa-t-automations.aa-narrow .aa-row > .aa-c-day { order: 6; flex: 0 0 84px; text-align: right; }
@container (max-width: 420px) { .aa-narrow:not(.aa-slim) .aa-c-day > .aa-figures { display: none; } .aa-t-automations.aa-narrow:not(.aa-slim) .aa-row > .aa-c-day { flex-basis: 26px; } }
/* what it does has a line of its own: beside the rest a word of it would be left */
.aa-t-automations.aa-slim .aa-row > .aa-c-sentence { flex: 0 0 100%; } .aa-t-automations.aa-slim .aa-row > .aa-c-fired { flex: 1 1 0; text-align: left; }
.aa-t-history :is(.aa-head-row, .aa-row) { grid-template: 'when status automation webhook attempts' / 96px minmax(110px, 1fr) minmax(100px, 2fr) minmax(90px, 1.5fr) 80px; }
.aa-t-history.aa-narrow .aa-row > .aa-c-automation { order: 1; flex: 1 1 0; } .aa-t-history.aa-narrow .aa-row > .aa-c-status { order: 2; flex: 0 1 auto; max-width: 60%; text-align: right; }
.aa-t-history.aa-narrow .aa-row::before { content: ''; order: 3; flex: 0 0 100%; height: 0; }
.aa-t-history.aa-narrow .aa-row > .aa-c-webhook { order: 4; flex: 1 1 0; } .aa-t-history.aa-narrow .aa-row > .aa-c-attempts { order: 5; }
.aa-t-history.aa-narrow .aa-row > .aa-c-when { order: 6; flex: 0 0 auto; min-width: 56px; text-align: right; }
.aa-t-events :is(.aa-head-row, .aa-row) { grid-template: 'when type artifact subject source fired actions' / 90px minmax(110px, 1fr) minmax(120px, 2fr) minmax(60px, 0.7fr) minmax(70px, 0.8fr) 66px 76px; }
.aa-t-events.aa-narrow .aa-row { grid-template: 'artifact artifact when' 'type type subject' 'source fired actions' / minmax(50px, 1fr) auto minmax(76px, auto); }
.aa-t-events.aa-narrow .aa-row > :is(.aa-c-when, .aa-c-subject) { text-align: right; }
.aa-t-webhooks :is(.aa-head-row, .aa-row) { grid-template: 'name url state waiting oldest day used actions' / minmax(80px, 1fr) minmax(80px, 1fr) minmax(100px, 2fr) 64px 56px 156px minmax(50px, 0.8fr) 76px; }
.aa-t-webhooks.aa-narrow .aa-row > .aa-c-name { order: 1; flex: 0 1 auto; max-width: 60%; } .aa-t-webhooks.aa-narrow .aa-row > .aa-c-url { order: 2; flex: 1 1 0; color: var(--aa-quiet-color); }
.aa-t-webhooks.aa-narrow .aa-row > .aa-c-actions { order: 3; flex: none; } .aa-t-webhooks.aa-narrow .aa-row > .aa-c-state { order: 4; flex: 0 0 100%; }
.aa-t-webhooks.aa-narrow .aa-row > :is(.aa-c-waiting, .aa-c-oldest, .aa-c-day) { order: 5; flex: none; }
.aa-t-webhooks.aa-narrow .aa-row > .aa-c-used { order: 6; flex: 1 1 0; text-align: right; }
.aa-t-secrets :is(.aa-head-row, .aa-row) { grid-template: 'name set used actions' / minmax(100px, 1fr) 80px minmax(100px, 2fr) 70px; }
.aa-t-secrets.aa-narrow .aa-row { grid-template: 'name set actions' 'used used actions' / minmax(80px, 1fr) auto auto; }
.aa-state { white-space: nowrap; }
.aa-is-good > i { color: var(--aa-good); } .aa-is-bad, .aa-is-bad > i { color: var(--aa-bad); } .aa-is-waits > i { color: var(--aa-waits); }
.aa-picture { vertical-align: middle; max-width: 100%; } .aa-section-of p:has(+ .aa-picture) { margin-top: 6px; }
.aa-picture .aa-good { fill: var(--aa-good); } .aa-picture .aa-bad { fill: var(--aa-ground); stroke: var(--aa-bad); stroke-width: 1.5; }
.aa-picture .aa-cross { stroke: var(--aa-bad); stroke-width: 2; } .aa-picture .aa-ring { fill: none; stroke: var(--aa-text); stroke-width: 1.5; stroke-dasharray: 2 2; }
.aa-picture .aa-ground { stroke: var(--aa-line); } .aa-picture .aa-line-0 { stroke: var(--aa-text); stroke-width: 1.5; } .aa-picture .aa-line-1 { stroke: var(--aa-text); stroke-width: 1.5; stroke-dasharray: 3 2; }
.aa-picture circle.aa-line-0 { fill: var(--aa-text); } .aa-picture circle.aa-line-1 { fill: none; stroke-dasharray: none; }
.aa-picture text { font-size: 10px; fill: var(--aa-text); }
.aa-figures { font-size: 11px; }
/* what opens over a list */
.aa-detail { flex: 1 1 0; min-height: 0; display: flex; flex-direction: column; }
.aa-detail-head { flex: none; display: flex; align-items: center; gap: 8px; padding: 4px; border-bottom: 1px solid var(--aa-line); }
.aa-detail-head h2 { font-size: 13px; line-height: 18px; font-weight: 600; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.aa-detail-head .aa-back { flex: none; }
.aa-detail-body { flex: 1 1 0; min-height: 0; overflow-y: auto; padding: 6px 8px 12px; overflow-wrap: anywhere; }
.aa-tools { display: flex; flex-wrap: wrap; gap: 4px; margin-bottom: 6px; }
.aa-detail-body [role=status] { margin: 6px 0 2px; } .aa-detail-body * + .aa-tools { margin-top: 6px; }
.aa-side-look .aa-section-of { margin-top: 10px; } .aa-side-look h3 { font-size: 12px; line-height: 18px; font-weight: 600; margin-bottom: 3px; }
.aa-said:empty { display: none; } .aa-said { margin: 4px 0 !important; }
.aa-facts { display: grid; grid-template-columns: minmax(76px, max-content) minmax(0, 1fr); gap: 2px 10px; }
.aa-facts dt { font-weight: normal; color: var(--aa-quiet-color); line-height: 18px; } .aa-facts dd { margin: 0; line-height: 18px; overflow-wrap: anywhere; }
.aa-facts dt { max-width: 40cqw; overflow-wrap: anywhere; }
.aa-side-look code { background: none; border: 0; padding: 0; color: var(--aa-text); font-size: 11px; white-space: normal; overflow-wrap: anywhere; }
.aa-side-look .aa-backtick { font-size: 0; }
.aa-side-look .aa-output { width: auto; min-width: 0; }
.aa-attempts { list-style: none; margin: 4px 0 0 !important; } .aa-attempts > li { margin-bottom: 3px; }
.aa-side-look summary { cursor: pointer; color: var(--aa-text); line-height: 18px; } .aa-attempts details > :not(summary) { margin: 3px 0 3px 14px; }
.aa-plain { margin: 6px 0; } .aa-plain-row { display: grid; grid-template-columns: repeat(var(--aa-columns), minmax(0, 1fr)); gap: 8px; padding: 3px 0; border-bottom: 1px solid var(--aa-line); }
.aa-plain-head { font-weight: 600; } .aa-plain-row > div { min-width: 0; overflow-wrap: anywhere; } :is(.aa-plain, .aa-facts) .aa-state { white-space: normal; }
.aa-plain ul { list-style: disc; padding-left: 16px !important; }
.aa-plain.aa-reasons .aa-plain-row { grid-template-columns: minmax(0, 1fr) minmax(70px, 0.7fr) minmax(0, 2.4fr); }
/* as wide as its words are */
.aa-plain.aa-fits { display: grid; grid-template-columns: repeat(var(--aa-columns), auto); column-gap: 8px; }
.aa-plain.aa-fits > [role=rowgroup] { display: contents; } .aa-plain.aa-fits .aa-plain-row { grid-column: 1 / -1; grid-template-columns: subgrid; column-gap: 8px; }
@container (max-width: 700px) { .aa-plain.aa-stacks .aa-plain-row { grid-template-columns: repeat(2, minmax(0, 1fr)); row-gap: 2px; } .aa-plain.aa-stacks [role=cell]:last-child { grid-column: 1 / -1; } }
@container (max-width: 420px) { .aa-plain.aa-reasons .aa-plain-row { grid-template-columns: minmax(0, 1fr) auto; row-gap: 2px; } .aa-plain.aa-reasons [role=cell]:last-child { grid-column: 1 / -1; }
  .aa-plain.aa-reasons [role=cell]:first-child { font-weight: 600; } .aa-plain.aa-reasons .aa-plain-head { position: absolute; clip-path: inset(50%); } }
@container (max-width: 700px) { .aa-plain.aa-stacks .aa-plain-head { position: absolute; clip-path: inset(50%); } }
/* over everything */
.aa-menu-list { position: fixed; z-index: 2000; min-width: 150px; max-width: 300px; padding: 4px 0; border-radius: 4px; font-size: 13px;
  background: var(--red-ui-secondary-background, #fff); color: var(--red-ui-primary-text-color, #333); border: 1px solid var(--red-ui-secondary-border-color, #ccc); box-shadow: 0 3px 8px rgb(0 0 0 / 25%); }
.aa-menu-list [role=menuitem] { padding: 4px 14px; line-height: 20px; cursor: pointer; }
.aa-menu-list [role=menuitem]:is(:hover, :focus) { background: var(--red-ui-list-item-background-selected, #e5e5e5); outline: 1px solid var(--red-ui-form-input-focus-color, #0d74ce); outline-offset: -1px; }
.aa-menu-list [aria-disabled] { opacity: 0.55; cursor: not-allowed; }
.aa-reason { position: fixed; z-index: 2001; max-width: 280px; padding: 4px 8px; border-radius: 4px; font-size: 12px; line-height: 17px; overflow-wrap: anywhere; pointer-events: none;
  background: var(--red-ui-secondary-background, #fff); color: var(--red-ui-primary-text-color, #333); border: 1px solid var(--red-ui-border-color-warning, #e79a00); box-shadow: 0 2px 6px rgb(0 0 0 / 25%); }
.aa-dialog { width: min(460px, calc(100vw - 32px)); box-sizing: border-box; padding: 0; border: 1px solid var(--aa-line); border-radius: 6px; background: var(--aa-ground); }
.aa-dialog::backdrop { background: rgb(0 0 0 / 40%); }
.aa-dialog h2 { font-size: 15px; line-height: 22px; padding: 12px 16px 4px; font-weight: 600; overflow-wrap: anywhere; }
.aa-dialog-body { padding: 4px 16px 12px; font-size: 13px; line-height: 19px; max-height: 60vh; overflow: auto; overflow-wrap: anywhere; }
.aa-dialog-body > * + * { margin-top: 6px !important; } .aa-dialog-body ul { list-style: disc; padding-left: 18px; } .aa-dialog progress { width: 100%; }
.aa-dialog-foot { display: flex; justify-content: flex-end; gap: 8px; padding: 8px 16px 14px; }
`

export function installSideStyles(): void {
  if (document.getElementById(ID)) return
  document.head.append(element('style', { id: ID }, STYLES))
}
