import { type RefObject, useCallback, useLayoutEffect, useMemo, useRef } from 'react'

export interface ActiveRow<Row> {
  /** The marked row, if it is on this page. */
  get: () => Row | undefined
  set: (row: Row) => void
  /** Marks the row this many places further, and brings it into sight. */
  move: (by: number) => void
}

/**
 * The row that keys act on. The mark is an attribute on its element and no React state: moving it
 * through two hundred rows renders nothing.
 */
export function useActiveRow<Row>(
  root: RefObject<HTMLElement | null>,
  rows: readonly Row[],
  rowId: (row: Row) => string,
): ActiveRow<Row> {
  const active = useRef('')

  const mark = useCallback(() => {
    root.current?.querySelector('[data-active]')?.removeAttribute('data-active')
    if (active.current === '') return null
    const element = root.current?.querySelector(`[data-row-key="${CSS.escape(active.current)}"]`)
    element?.setAttribute('data-active', '')
    return element ?? null
  }, [root])

  // Rows may have come, gone or been drawn anew since the last render.
  useLayoutEffect(() => {
    mark()
  })

  return useMemo(
    () => ({
      get: () => rows.find((row) => rowId(row) === active.current),
      set: (row) => {
        active.current = rowId(row)
        mark()
      },
      move: (by) => {
        const index = rows.findIndex((row) => rowId(row) === active.current)
        const next = rows[Math.min(rows.length - 1, Math.max(0, index + by))]
        if (next === undefined) return
        active.current = rowId(next)
        mark()?.scrollIntoView({ block: 'nearest' })
      },
    }),
    [rows, rowId, mark],
  )
}
