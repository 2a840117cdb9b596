import { Table, type TableColumnsType } from 'antd'
import { type HTMLAttributes, memo, type MouseEvent, type ReactNode, useEffect, useMemo, useRef } from 'react'
import type { Store } from '@/lib/store'
import { sortName } from './columns'
import styles from './Grid.module.css'
import { RowMenu } from './RowMenu'
import type { Column, DataTableProps, Density } from './types'
import { PageCheck, RowCheck } from './RowCheck'
import type { Selection } from './selection'

const SIZES = { compact: 'small', cosy: 'medium', roomy: 'large' } as const
/** Height of the bar at the top that the table's header sticks under. */
const BAR_HEIGHT = 56

export interface RowsProps<Row> {
  rows: readonly Row[]
  rowId: (row: Row) => string
  columns: readonly Column<Row>[]
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

/** Cells draw anew only for another row or other columns, not when a neighbour is chosen. */
function useCellUpdate<Row>(columns: readonly Column<Row>[]): (row: Row, before: Row) => boolean {
  const drawn = useRef(columns)
  const changed = drawn.current !== columns
  useEffect(() => {
    drawn.current = columns
  })
  return (row, before) => changed || row !== before
}

function antdColumns<Row>(
  { rows, columns, sort, rowActions, rowId, menuOf, selection }: RowsProps<Row>,
  shouldCellUpdate: (row: Row, before: Row) => boolean,
): TableColumnsType<Row> {
  const sorted = sort.replace(/^-/, '')
  const shown: TableColumnsType<Row> = columns.map((column, index) => ({
    key: column.key,
    title: column.title,
    width: column.width,
    align: column.align,
    fixed: index === 0 ? ('start' as const) : undefined,
    render: (_: unknown, row: Row) => column.render(row),
    shouldCellUpdate,
    sorter: column.sort !== undefined,
    sortOrder: sortName(column) === sorted ? (sort.startsWith('-') ? 'descend' : 'ascend') : null,
  }))
  if (selection) {
    shown.unshift({
      key: 'row-check',
      title: <PageCheck rows={rows} rowId={rowId} selection={selection} />,
      width: 44,
      align: 'center',
      fixed: 'start',
      shouldCellUpdate,
      render: (_: unknown, row: Row) => <RowCheck row={row} id={rowId(row)} selection={selection} />,
    })
  }
  if (rowActions) {
    shown.push({
      key: 'row-actions',
      title: '',
      width: 48,
      fixed: 'end',
      shouldCellUpdate,
      render: (_: unknown, row: Row) => (
        <RowMenu row={row} id={rowId(row)} actions={rowActions(row)} menuOf={menuOf} />
      ),
    })
  }
  return shown
}

/** Whether a click meant the row itself and not something in it, or the end of a text selection. */
function meantRow(event: MouseEvent<HTMLElement>): boolean {
  const target = event.target as HTMLElement
  if (target.closest('a, button, input, label, [role="menu"]')) return false
  return !window.getSelection()?.toString()
}

/** The list as a table: header and first column stay in sight. */
function PlainGrid<Row extends object>(props: RowsProps<Row>) {
  const { rows, rowId, columns, onSort, onTouch, onOpen, rowTone, density, empty } = props
  const width = useMemo(() => columns.reduce((sum, column) => sum + column.width, 96), [columns])
  const shouldCellUpdate = useCellUpdate(columns)
  return (
    <Table<Row>
      className={`${styles.grid} ${props.outdated ? styles.faded : ''}`}
      size={SIZES[density]}
      rowKey={rowId}
      dataSource={rows}
      columns={antdColumns(props, shouldCellUpdate)}
      pagination={false}
      sticky={{ offsetHeader: BAR_HEIGHT }}
      scroll={{ x: width }}
      showSorterTooltip={false}
      rowHoverable={false}
      locale={{ emptyText: empty }}
      onChange={(_pages, _filters, sorter) => {
        const { columnKey, order } = Array.isArray(sorter) ? (sorter[0] ?? {}) : sorter
        const column = columns.find(({ key }) => key === columnKey)
        const name = column && order ? (sortName(column) ?? '') : ''
        onSort(order === 'descend' ? `-${name}` : name)
      }}
      rowClassName={(row) => `${styles.row} ${styles[rowTone?.(row) ?? ''] ?? ''}`}
      onRow={(row): HTMLAttributes<HTMLElement> => ({
        onClick: (event) => {
          onTouch(row)
          if (meantRow(event as MouseEvent<HTMLElement>)) onOpen?.(row)
        },
      })}
    />
  )
}

/** Draws anew only when what it shows changes; opening the drawer beside it does not. */
export const Grid = memo(PlainGrid) as typeof PlainGrid
