import { element } from '../editor/element.js'
import { type Rows, rowsInSight, rowsToMake, scrollTo } from './row-window.js'
import { type Column, headings, markSorted } from './table-head.editor.js'
import { TableRow } from './table-row.editor.js'

export interface TableOptions<R> {
  readonly name: string
  readonly kind: string
  readonly columns: readonly Column<R>[]
  readonly keyOf: (row: R) => string
  /** How many lines a row has where there is little room; default: 2. */
  readonly lines?: 2 | 3
  /** The same where the table is slim; default: `lines`. */
  readonly slimLines?: 2 | 3
  /** Below this there is little room, pixels; default: 700. */
  readonly narrow?: number
  /** Enter, or a click beside a row's buttons. */
  readonly open?: (row: R) => void
  /** The end of what is known comes into sight. */
  readonly more?: () => void
  readonly sort?: (column: string) => void
}

/** Below this the cells of a row stand in several lines, pixels, if a table says nothing else. */
const NARROW = 700
/** Slim is what is narrower than this, as Node-RED opens its sidebar, and at least so high: a longer row costs none of three. */
const SLIM = { width: 420, height: 300 }
/** So many rows before the end of what is known more is asked for. */
const AHEAD = 20
const WIDE_ROW = 30
const NARROW_ROW = { 2: 39, 3: 57 }

/**
 * A table of any length: only rows in sight exist. The arrows move from row to row, Enter opens, Tab goes to the
 * buttons of the row and out. New data never moves the focus, nor what is in sight.
 */
export class VirtualTable<R> {
  readonly element: HTMLElement
  readonly #options: TableOptions<R>
  readonly #scroller: HTMLElement
  readonly #body: HTMLElement
  readonly #head: HTMLElement
  readonly #made = new Map<string, TableRow<R>>()
  #rows: readonly R[] = []
  #indexes = new Map<string, number>()
  #current: string | null = null
  /** The row that Tab comes to. */
  #reached: string | null = null
  #rowHeight: number = NARROW_ROW[2]
  #isWhole = true
  #drawn: Rows = { first: 0, end: 0 }

  constructor(options: TableOptions<R>) {
    this.#options = options
    const { name, kind, columns } = options
    const cells = headings(columns, (column) => options.sort?.(column))
    this.#head = element(
      'div',
      { class: 'aa-head', role: 'rowgroup' },
      element('div', { class: 'aa-head-row', role: 'row' }, ...cells),
    )
    this.#body = element('div', { class: 'aa-body', role: 'rowgroup' })
    this.#scroller = element('div', { class: 'aa-scroll', role: 'presentation' }, this.#head, this.#body)
    this.element = element(
      'div',
      { class: `aa-table aa-t-${kind} aa-narrow`, role: 'table', 'aria-label': name },
      this.#scroller,
    )
    this.element.setAttribute('aria-colcount', String(columns.length))
    this.#scroller.addEventListener('scroll', () => this.#draw())
    new ResizeObserver(() => this.#resized()).observe(this.element)
    this.#body.addEventListener('keydown', (event) => this.#key(event))
    this.#body.addEventListener('focusin', (event) => this.#focused(event.target as Element))
    this.#body.addEventListener('click', ({ target }) => {
      if ((target as Element).closest('button, a, input, select')) return
      const row = this.#rowAt(target as Element)
      if (row !== null && window.getSelection()?.isCollapsed !== false) this.#options.open?.(row)
    })
  }

  /** Marks the column that the rows are sorted by. */
  sortedBy(column: string, direction: 'ascending' | 'descending'): void {
    markSorted(this.#head, column, direction)
  }

  /**
   * Shows these rows. When the first one in sight was there before, it stays where it is, unless the very first is in sight.
   * @param whole whether there are no more of them
   */
  show(rows: readonly R[], whole = true): void {
    const { keyOf } = this.#options
    const top = this.#scroller.scrollTop
    const anchorAt = Math.floor(top / this.#rowHeight)
    const anchor = top > 0 ? this.#rows[anchorAt] : undefined
    this.#rows = rows
    this.#isWhole = whole
    this.#indexes = new Map(rows.map((row, index) => [keyOf(row), index]))
    this.element.setAttribute('aria-rowcount', String(whole ? rows.length + 1 : -1))
    this.#body.hidden = rows.length === 0
    this.#size()
    const moved = anchor === undefined ? undefined : this.#indexes.get(keyOf(anchor))
    if (moved !== undefined && moved !== anchorAt) this.#scroller.scrollTop = top + (moved - anchorAt) * this.#rowHeight
    this.#draw(true)
  }

  get rows(): readonly R[] {
    return this.#rows
  }

  /** Gives the focus to the row that had it last, or to the first. */
  focus(): void {
    const index = this.#indexes.get(this.#current ?? '') ?? 0
    if (this.#rows.length > 0) this.#focusRow(index)
  }

  toTop(): void {
    this.#scroller.scrollTop = 0
  }

  #resized(): void {
    const width = this.element.clientWidth
    if (width === 0) return
    const narrow = width < (this.#options.narrow ?? NARROW)
    this.element.classList.toggle('aa-narrow', narrow)
    const slim = width < SLIM.width && this.element.clientHeight >= SLIM.height
    this.element.classList.toggle('aa-slim', slim)
    const { lines = 2, slimLines = lines } = this.#options
    const height = narrow ? NARROW_ROW[slim ? slimLines : lines] : WIDE_ROW
    if (height !== this.#rowHeight) {
      const first = this.#scroller.scrollTop / this.#rowHeight
      this.#rowHeight = height
      this.#size()
      this.#scroller.scrollTop = first * height
    }
    this.#draw(true)
  }

  #size(): void {
    this.#body.style.height = `${this.#rows.length * this.#rowHeight}px`
    this.element.style.setProperty('--aa-row-height', `${this.#rowHeight}px`)
  }

  get #scrolled() {
    const height = Math.max(0, this.#scroller.clientHeight - this.#head.offsetHeight)
    return { top: this.#scroller.scrollTop, height, rowHeight: this.#rowHeight, count: this.#rows.length }
  }

  #draw(anew = false): void {
    const seen = rowsInSight(this.#scrolled)
    const made = rowsToMake(seen, anew ? null : this.#drawn, this.#rows.length)
    if (!anew && made === this.#drawn) return
    this.#drawn = made
    const { first, end } = made
    const focused = this.#keyAt(document.activeElement)
    const focusedAt = focused === null ? undefined : this.#indexes.get(focused)
    const wanted = Array.from({ length: end - first }, (_row, index) => first + index)
    if (focusedAt !== undefined && focusedAt < first) wanted.unshift(focusedAt)
    if (focusedAt !== undefined && focusedAt >= end) wanted.push(focusedAt)
    const order = wanted.map((index) => this.#place(index))
    const keys = new Set(order)
    for (const [key, { element }] of this.#made) {
      if (keys.has(key)) continue
      element.remove()
      this.#made.delete(key)
    }
    this.#order(order, focused)
    // the row with the focus is gone: the one that came into its place has it
    if (
      focused !== null &&
      focusedAt === undefined &&
      this.#rows.length > 0 &&
      document.activeElement === document.body
    ) {
      this.#focusRow(Math.min(first, this.#rows.length - 1))
    }
    this.#mark()
    if (!this.#isWhole && seen.end >= this.#rows.length - AHEAD) this.#options.more?.()
  }

  /** Readers go through the page in its order. What has the focus is not moved: it would lose it. */
  #order(keys: readonly string[], focused: string | null): void {
    let next = this.#body.firstElementChild
    for (const key of keys) {
      const { element } = this.#made.get(key) as TableRow<R>
      while (key === focused && next !== null && next !== element) {
        const after: Element | null = next.nextElementSibling
        this.#body.append(next)
        next = after
      }
      if (next === element) next = next.nextElementSibling
      else this.#body.insertBefore(element, next)
    }
  }

  /** Makes the row, or what of it changed, and puts it where it belongs. */
  #place(index: number): string {
    const { columns, keyOf } = this.#options
    const row = this.#rows[index] as R
    const key = keyOf(row)
    let made = this.#made.get(key)
    if (made === undefined) {
      made = new TableRow(key, row)
      this.#made.set(key, made)
      this.#body.append(made.element)
    }
    made.show(row, columns)
    made.place(index, this.#rowHeight)
    return key
  }

  /** One row, and its buttons, are reached by Tab: the one that had the focus last, else the first that is made. */
  #mark(): void {
    if (this.#current === null || !this.#indexes.has(this.#current)) {
      const [first] = this.#rows
      this.#current = first === undefined ? null : this.#options.keyOf(first)
    }
    const reached = this.#made.has(this.#current ?? '') ? this.#current : ([...this.#made.keys()][0] ?? null)
    if (reached === this.#reached) return
    this.#made.get(this.#reached ?? '')?.reach(-1)
    this.#made.get(reached ?? '')?.reach(0)
    this.#reached = reached
  }

  #focused(target: Element): void {
    this.#current = this.#keyAt(target) ?? this.#current
    this.#mark()
  }

  #keyAt(target: Element | null): string | null {
    const line = target !== null && this.#body.contains(target) ? target.closest<HTMLElement>('[data-key]') : null
    return line?.dataset['key'] ?? null
  }

  #rowAt(target: Element): R | null {
    const key = this.#keyAt(target)
    return (key === null ? undefined : this.#made.get(key)?.row) ?? null
  }

  #key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement
    const key = this.#keyAt(target)
    const at = key === null ? undefined : this.#indexes.get(key)
    if (at === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    const page = Math.max(1, Math.floor(this.#scrolled.height / this.#rowHeight) - 1)
    const to = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: this.#rows.length - 1,
    }[event.key]
    if (to !== undefined) {
      event.preventDefault()
      event.stopPropagation()
      this.#focusRow(Math.max(0, Math.min(this.#rows.length - 1, to)))
    } else if (event.key === 'Enter' && target.getAttribute('role') === 'row') {
      event.preventDefault()
      event.stopPropagation()
      this.#options.open?.(this.#rows[at] as R)
    }
  }

  #focusRow(index: number): void {
    const top = scrollTo(index, this.#scrolled)
    if (top !== null) this.#scroller.scrollTop = top
    const key = this.#place(index)
    this.#current = key
    this.#made.get(key)?.element.focus({ preventScroll: true })
    this.#draw()
  }
}
