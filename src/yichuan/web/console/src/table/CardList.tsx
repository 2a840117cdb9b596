import { memo } from 'react'
import type { Store } from '@/lib/store'
import styles from './CardList.module.css'
import { meantRow, type RowsProps } from './Grid'
import { RowCheck } from './RowCheck'
import { RowMenu } from './RowMenu'
import type { Selection } from './selection'
import type { Column, DataTableProps } from './types'

function parts<Row>(columns: readonly Column<Row>[]) {
  const title = columns.find(({ card }) => card === 'title') ?? columns[0]
  return {
    title,
    states: columns.filter(({ card }) => card === 'state'),
    lines: columns.filter((column) => column !== title && (column.card ?? 'line') === 'line'),
  }
}

/** The same list for a phone: each row a card, nothing to scroll sideways. */
export function CardList<Row extends object>(props: RowsProps<Row>) {
  const { rows, rowId, columns, selection, rowActions, rowTone, onTouch, onOpen, menuOf } = props
  if (rows.length === 0) return props.empty
  return (
    <ul className={`${styles.list} ${props.outdated ? styles.faded : ''}`}>
      {rows.map((row) => {
        const id = rowId(row)
        return (
          <li
            key={id}
            data-row-key={id}
            className={`${styles.card} ${styles[rowTone?.(row) ?? ''] ?? ''}`}
            onClick={(event) => {
              onTouch(row)
              if (meantRow(event)) onOpen?.(row)
            }}
          >
            <Card
              row={row}
              id={id}
              columns={columns}
              selection={selection}
              rowActions={rowActions}
              menuOf={menuOf}
            />
          </li>
        )
      })}
    </ul>
  )
}

interface CardProps<Row> {
  row: Row
  id: string
  columns: readonly Column<Row>[]
  selection: Selection<Row> | undefined
  rowActions: DataTableProps<Row>['rowActions']
  menuOf: Store<string>
}

function PlainCard<Row>({ row, id, columns, selection, rowActions, menuOf }: CardProps<Row>) {
  const { title, states, lines } = parts(columns)
  return (
    <>
      <span className={styles.check}>
        {selection && <RowCheck row={row} id={id} selection={selection} />}
      </span>
      <div className={styles.top}>
        {title?.render(row)}
        {states.map((column) => (
          <span key={column.key}>{column.render(row)}</span>
        ))}
      </div>
      {rowActions ? <RowMenu row={row} id={id} actions={rowActions(row)} menuOf={menuOf} /> : <span />}
      <dl className={styles.lines}>
        {lines.map((column) => (
          <div key={column.key}>
            <dt>{column.title}</dt>
            <dd>{column.render(row)}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}

/** Draws anew only when its own row or the columns change. */
const Card = memo(PlainCard) as typeof PlainCard
