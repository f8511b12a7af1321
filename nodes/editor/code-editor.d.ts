/** Node-RED's code editor, which is Monaco, or ACE where settings.js says so: as much of it as is used here. */
export interface CodeEditor {
  getValue(): string
  setValue(text: string, cursor?: number): void
  insert?(text: string): void
  resize(): void
  focus(): void
  destroy(): void
  on?(event: 'change', callback: () => void): void
  getSession(): { on(event: 'change', callback: () => void): void; insert(at: unknown, text: string): void }
  getCursorPosition?(): unknown
  // what only Monaco has
  getModel?(): MonacoModel | null
  getSelection?(): MonacoRange | null
  executeEdits?(source: string, edits: { range: MonacoRange; text: string; forceMoveMarkers: boolean }[]): void
  setPosition?(position: { lineNumber: number; column: number }): void
  revealLineInCenter?(line: number): void
  updateOptions?(options: object): void
  setMode?(mode: string): void
}

export interface MonacoRange {
  startLineNumber: number
  startColumn: number
  endLineNumber: number
  endColumn: number
}

export interface MonacoModel {
  readonly uri: { toString(): string }
  getValue(): string
  getOffsetAt(position: { lineNumber: number; column: number }): number
  getPositionAt(offset: number): { lineNumber: number; column: number }
  getLineContent(line: number): string
  isDisposed(): boolean
}

export interface MonacoMarker extends MonacoRange {
  /** 8 error, 4 warning, 2 info, 1 hint. */
  severity: number
  message: string
  source?: string
}

export interface MonacoCompletion {
  label: string
  kind: number
  detail?: string
  documentation?: string
  insertText: string
  filterText?: string
  sortText?: string
  range: MonacoRange
}

export interface MonacoApi {
  readonly editor: {
    setModelMarkers(model: MonacoModel, owner: string, markers: MonacoMarker[]): void
    getModelMarkers(filter: { owner: string; resource: unknown }): MonacoMarker[]
    onDidChangeMarkers(listener: (resources: readonly { toString(): string }[]) => void): { dispose(): void }
  }
  readonly languages: {
    readonly CompletionItemKind: Readonly<Record<'Variable' | 'Field' | 'Constant', number>>
    registerCompletionItemProvider(
      language: string,
      provider: {
        triggerCharacters: string[]
        provideCompletionItems(
          model: MonacoModel,
          position: { lineNumber: number; column: number },
        ): { suggestions: MonacoCompletion[] }
      },
    ): { dispose(): void }
  }
}
