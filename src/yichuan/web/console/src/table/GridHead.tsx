import { ArrowDownOutlined, ArrowUpOutlined, SwapOutlined } from '@ant-design/icons'
import { useMessages } from '@/i18n'
import { sortName } from './columns'
import { ACTS_WIDTH, BOX_WIDTH, type RowsProps } from './Grid'
import styles from './Grid.module.css'
import { PageCheck } from './RowCheck'
import type { Column } from './types'
import { tableWords } from './words'

/** The header: the box for the whole page, and the names that sort. */
export function GridHead<Row extends object>(props: RowsProps<Row>) {
  const { rows, rowId, columns, selection, rowActions, sort, onSort } = props
  const t = useMessages(tableWords)
  return (
    <>
      <colgroup>
        {selection && <col style={{ width: BOX_WIDTH }} />}
        {columns.map((column) => (
          <col key={column.key} style={{ width: column.width }} />
        ))}
        {rowActions && <col style={{ width: ACTS_WIDTH }} />}
      </colgroup>
      <thead>
        <tr>
          {selection && (
            <th scope="col" className={`${styles.fixed} ${styles.box}`}>
              <PageCheck rows={rows} rowId={rowId} selection={selection} />
            </th>
          )}
          {columns.map((column, index) => (
            <Name
              key={column.key}
              column={column}
              className={cellClass(column, index, selection !== undefined)}
              sort={sort}
              onSort={onSort}
            />
          ))}
          {rowActions && (
            <th scope="col" className={styles.acts}>
              <span className="y-sr">{t.rowActions}</span>
            </th>
          )}
        </tr>
      </thead>
    </>
  )
}

/** Alignment and stickiness of a cell, the same in header and rows. */
export function cellClass<Row>(column: Column<Row>, index: number, boxed: boolean): string {
  return [
    column.align && styles[column.align],
    column.wrap && styles.wrap,
    index === 0 && `${styles.fixed} ${styles.first}`,
    index === 0 && boxed && styles.afterBox,
  ]
    .filter(Boolean)
    .join(' ')
}

interface NameProps<Row> {
  column: Column<Row>
  className: string
  sort: string
  onSort: (sort: string) => void
}

/** Rising, falling, and back to the list's own order. */
function Name<Row>({ column, className, sort, onSort }: NameProps<Row>) {
  const name = sortName(column)
  if (name === undefined) {
    return (
      <th scope="col" className={className} title={column.title}>
        {column.title}
      </th>
    )
  }
  const rising = sort === name
  const falling = sort === `-${name}`
  const next = rising ? `-${name}` : falling ? '' : name
  return (
    <th scope="col" className={className} aria-sort={rising ? 'ascending' : falling ? 'descending' : 'none'}>
      <button
        type="button"
        className={`${styles.sort} ${rising || falling ? styles.sorted : ''}`}
        onClick={() => onSort(next)}
      >
        {column.title}
        {rising ? <ArrowUpOutlined /> : falling ? <ArrowDownOutlined /> : <SwapOutlined rotate={90} />}
      </button>
    </th>
  )
}
