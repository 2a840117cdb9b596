import { memo, type MouseEvent, type ReactNode, type UIEvent, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { Store } from '@/lib/store'
import styles from './Grid.module.css'
import { GridHead } from './GridHead'
import { GridRow } from './GridRow'
import type { Selection } from './selection'
import type { Column, DataTableProps, Density } from './types'

export const BOX_WIDTH = 44
export const ACTS_WIDTH = 48

export interface RowsProps<Row> {
  rows: readonly Row[]
  rowId: (row: Row) => string
  columns: readonly Column<Row>[]
  /** What the region is called to a screen reader. */
  label: string
  sort: string
  onSort: (sort: string) => void
  /** Absent where nothing can be done with many rows at once. */
  selection?: Selection<Row>
  rowActions?: DataTableProps<Row>['rowActions']
  rowTone?: DataTableProps<Row>['rowTone']
  /** A row was touched: keys act on it from now on. */
  onTouch: (row: Row) => void
  onOpen?: (row: Row) => void
  /** Id of the row whose menu is open. */
  menuOf: Store<string>
  density: Density
  empty: ReactNode
  /** What is shown belongs to the question before. */
  outdated: boolean
}

/** Whether a click meant the row itself and not something in it, or the end of a text selection. */
export function meantRow(event: MouseEvent<HTMLElement>): boolean {
  const target = event.target as HTMLElement
  if (target.closest('a, button, input, label, [role="menu"]')) return false
  return !window.getSelection()?.toString()
}

/** How far down the page a part begins, so that it can end where the window does. */
function useTop() {
  const region = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState<number>()
  useLayoutEffect(() => {
    const measure = () => {
      const element = region.current
      if (element !== null) setTop(Math.round(element.getBoundingClientRect().top + window.scrollY))
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(document.body)
    return () => observer.disconnect()
  }, [])
  return [region, top] as const
}

function onScroll({ currentTarget }: UIEvent<HTMLElement>): void {
  currentTarget.toggleAttribute('data-moved', currentTarget.scrollLeft > 0)
}

/**
 * The list as a table. It scrolls in itself and ends where the window does, so that its header, its
 * first column, both scroll bars and the pager are always in sight.
 */
function PlainGrid<Row extends object>(props: RowsProps<Row>) {
  const { rows, rowId, columns, selection, rowActions, rowTone, onTouch, onOpen, menuOf, density } = props
  const [region, top] = useTop()
  const width = useMemo(
    () =>
      columns.reduce((sum, column) => sum + column.width, 0) +
      (selection ? BOX_WIDTH : 0) +
      (rowActions ? ACTS_WIDTH : 0),
    [columns, selection, rowActions],
  )
  const onClick = (event: MouseEvent<HTMLElement>) => {
    const key = (event.target as HTMLElement).closest<HTMLElement>('[data-row-key]')?.dataset['rowKey']
    const row = rows.find((one) => rowId(one) === key)
    if (row === undefined) return
    onTouch(row)
    if (meantRow(event)) onOpen?.(row)
  }
  if (rows.length === 0) return props.empty
  return (
    <div
      ref={region}
      className={styles.scroll}
      style={{ '--grid-top': top === undefined ? undefined : `${top}px` } as Record<string, string | undefined>}
      role="region"
      aria-label={props.label}
      tabIndex={0}
      onScroll={onScroll}
    >
      <table
        className={`${styles.grid} ${styles[density]} ${props.outdated ? styles.faded : ''}`}
        style={{ minWidth: width }}
      >
        <GridHead {...props} />
        <tbody onClick={onClick}>
          {rows.map((row) => (
            <GridRow
              key={rowId(row)}
              row={row}
              id={rowId(row)}
              columns={columns}
              selection={selection}
              rowActions={rowActions}
              tone={rowTone?.(row)}
              menuOf={menuOf}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Draws anew only when what it shows changes; opening the drawer beside it does not. */
export const Grid = memo(PlainGrid) as typeof PlainGrid
