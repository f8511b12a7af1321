/**
 * Takes a button out of use and says why, or brings it back with null. What is disabled loses the focus, which would then
 * be nowhere. @param instead has it then
 */
export function disable(control: HTMLButtonElement, reason: string | null, instead: HTMLElement): void {
  if (reason !== null && control === document.activeElement) instead.focus()
  control.disabled = reason !== null
  control.title = reason ?? ''
}
