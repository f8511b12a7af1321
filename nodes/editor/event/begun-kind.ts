let begun: string | null = null

/** The next source whose dialog opens, and that is new, is to be of this kind. */
export const beginWithKind = (kind: string): void => {
  begun = kind
}

/** Once: the dialog after that begins as usual. */
export function takeBegunKind(): string | null {
  const kind = begun
  begun = null
  return kind
}
