import type { ReactNode } from 'react'
import styles from './PlainTable.module.css'

export interface PlainColumn<Row> {
  key: string
  title: string
  render: (row: Row) => ReactNode
  align?: 'right' | 'center'
}

export interface PlainTableProps<Row> {
  columns: readonly PlainColumn<Row>[]
  rows: readonly Row[]
  rowId: (row: Row) => string
  /** Read out, not shown. */
  caption: string
  /** Shown instead of rows. */
  empty?: ReactNode
}

/** A short table inside a detail or a panel. Lists that page and filter are `DataTable`s. */
export function PlainTable<Row>({ columns, rows, rowId, caption, empty }: PlainTableProps<Row>) {
  if (rows.length === 0 && empty !== undefined) return empty
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <caption className="y-sr">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" style={{ textAlign: column.align }}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowId(row)}>
              {columns.map((column) => (
                <td key={column.key} data-label={column.title} style={{ textAlign: column.align }}>
                  {column.render(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
