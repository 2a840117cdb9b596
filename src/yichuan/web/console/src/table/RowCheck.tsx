import { Checkbox } from 'antd'
import { useMessages } from '@/i18n'
import { type Selection, useIsChosen, useShare } from './selection'
import { tableWords } from './words'

interface RowCheckProps<Row> {
  row: Row
  id: string
  selection: Selection<Row>
}

export function RowCheck<Row>({ row, id, selection }: RowCheckProps<Row>) {
  const t = useMessages(tableWords)
  const chosen = useIsChosen(selection, id)
  return (
    <Checkbox
      checked={chosen}
      aria-label={t.selectRow(id)}
      onChange={() => selection.toggle(row)}
    />
  )
}

interface PageCheckProps<Row> {
  rows: readonly Row[]
  rowId: (row: Row) => string
  selection: Selection<Row>
}

/** The box in the header: all rows of this page. */
export function PageCheck<Row>({ rows, rowId, selection }: PageCheckProps<Row>) {
  const t = useMessages(tableWords)
  const share = useShare(selection, rows.map(rowId))
  return (
    <Checkbox
      checked={share === 'all'}
      indeterminate={share === 'some'}
      aria-label={t.selectPage}
      onChange={() => selection.setAll(rows, share !== 'all')}
    />
  )
}
