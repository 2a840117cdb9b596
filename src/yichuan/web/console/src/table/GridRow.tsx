import { memo } from 'react'
import type { Store } from '@/lib/store'
import styles from './Grid.module.css'
import { cellClass } from './GridHead'
import { RowCheck } from './RowCheck'
import { RowMenu } from './RowMenu'
import type { Selection } from './selection'
import type { Column, DataTableProps } from './types'

interface GridRowProps<Row> {
  row: Row
  id: string
  columns: readonly Column<Row>[]
  selection: Selection<Row> | undefined
  rowActions: DataTableProps<Row>['rowActions']
  tone: 'risk' | 'broken' | undefined
  menuOf: Store<string>
}

function PlainRow<Row>({ row, id, columns, selection, rowActions, tone, menuOf }: GridRowProps<Row>) {
  return (
    <tr data-row-key={id} className={`${styles.row} ${tone ? styles[tone] : ''}`}>
      {selection && (
        <td className={`${styles.fixed} ${styles.box}`}>
          <RowCheck row={row} id={id} selection={selection} />
        </td>
      )}
      {columns.map((column, index) => (
        <td key={column.key} className={cellClass(column, index, selection !== undefined)}>
          {column.render(row)}
        </td>
      ))}
      {rowActions && (
        <td className={styles.acts}>
          <RowMenu row={row} id={id} actions={rowActions(row)} menuOf={menuOf} />
        </td>
      )}
    </tr>
  )
}

/** Draws anew only for another row object or other columns. */
export const GridRow = memo(PlainRow) as typeof PlainRow
