import { useMessages } from '@/i18n'
import { type Hotkey, keyWords, useHotkeys } from '@/keys'
import type { ActiveRow } from './useActiveRow'
import { tableWords } from './words'

export interface TableKeyActs<Row> {
  open?: (row: Row) => void
  select?: (row: Row) => void
  act: (row: Row | undefined) => void
  next?: () => void
  previous?: () => void
}

/** `j` `k` move, `x` selects, `Enter` opens, `e` acts, `]` `[` turn pages. */
export function useTableKeys<Row>(active: ActiveRow<Row>, acts: TableKeyActs<Row>): void {
  const t = useMessages(tableWords)
  const k = useMessages(keyWords)
  const key = (keys: string, label: string, run: () => void): Hotkey => ({ keys, label, group: k.list, run })
  const onActive = (act: (row: Row) => void) => () => {
    const row = active.get()
    if (row !== undefined) act(row)
  }
  useHotkeys([
    key('j', t.keyDown, () => active.move(1)),
    key('k', t.keyUp, () => active.move(-1)),
    ...(acts.select ? [key('x', t.keySelect, onActive(acts.select))] : []),
    ...(acts.open ? [key('Enter', t.keyOpen, onActive(acts.open))] : []),
    key('e', t.keyEdit, () => acts.act(active.get())),
    key(']', t.keyNextPage, () => acts.next?.()),
    key('[', t.keyPreviousPage, () => acts.previous?.()),
  ])
}
