import { useQueryClient } from '@tanstack/react-query'
import { type RefObject, useMemo, useState } from 'react'
import { createStore } from '@/lib/store'
import { useEvent } from '@/lib/useEvent'
import { chosenColumns } from './columns'
import type { RowsProps } from './Grid'
import { Nothing } from './Nothing'
import { useSelection } from './selection'
import { useDensity } from './TableTools'
import type { DataTableProps, Filter } from './types'
import { narrowed } from './urlState'
import { useActiveRow } from './useActiveRow'
import { listKey, queryOf, useListQuery, usePaging } from './useListQuery'
import { useListState } from './useListState'
import { useTableKeys } from './useTableKeys'

const NO_FILTERS: readonly Filter[] = []
const NO_ROWS: readonly never[] = []

/** Everything a list knows and does; `DataTable` only draws it. */
export function useDataTable<Row extends object>(props: DataTableProps<Row>, root: RefObject<HTMLElement | null>) {
  const { name, columns, rowId, filters = NO_FILTERS, defaultSort = '' } = props
  const client = useQueryClient()
  const filterKeys = useMemo(() => filters.map(({ key }) => key), [filters])
  const [state, change] = useListState(filterKeys)
  const query = queryOf(state, defaultSort)
  const list = useListQuery(props, query)
  const rows: readonly Row[] = list.data?.items ?? NO_ROWS
  // While the next page is on its way the screen shows the one before, whose cursor is not ours.
  const paging = usePaging(state, change, list.isPlaceholderData ? null : list.data?.next_cursor)
  const selection = useSelection(rowId, JSON.stringify([state.filters, state.q]))
  const shown = useMemo(() => chosenColumns(columns, state.columns), [columns, state.columns])

  const open = useEvent((id: string) => change({ ...state, id }, { replace: state.id !== '' }))
  const close = useEvent(() => change({ ...state, id: '' }, { replace: true }))
  const onClear = useEvent(() => change(narrowed(state, { filters: {}, q: '' })))
  const onSort = useEvent((sort: string) => change(narrowed(state, { sort: sort === defaultSort ? '' : sort })))
  const refreshAll = useEvent(() => void client.invalidateQueries({ queryKey: listKey(name) }))
  const rowsProps = useRowsProps(props, root, { rows, selection, open, paging })

  const asked = Object.keys(state.filters).length > 0 || state.q !== ''
  const empty = rows.length === 0 ? <Nothing empty={props.empty} asked={asked} onClear={onClear} /> : null
  return {
    state,
    change,
    query,
    list,
    rows,
    paging,
    selection,
    shown,
    filters,
    filterKeys,
    open,
    close,
    refreshAll,
    rowsProps: {
      ...rowsProps,
      columns: shown,
      label: name,
      sort: query.sort,
      onSort,
      density: useDensity(state),
      empty,
      outdated: list.isPlaceholderData,
    } satisfies RowsProps<Row>,
  }
}

interface RowActs<Row> {
  rows: readonly Row[]
  selection: ReturnType<typeof useSelection<Row>>
  open: (id: string) => void
  paging: ReturnType<typeof usePaging>
}

/** What the rows need, and the keys that act on them. */
function useRowsProps<Row extends object>(
  { rowId, bulkActions, rowActions, rowTone, detail }: DataTableProps<Row>,
  root: RefObject<HTMLElement | null>,
  { rows, selection, open, paging }: RowActs<Row>,
) {
  const [menuOf] = useState(() => createStore(''))
  const active = useActiveRow(root, rows, rowId)
  const onOpen = useEvent((row: Row) => open(rowId(row)))
  useTableKeys(active, {
    open: detail && onOpen,
    select: bulkActions && selection.toggle,
    act: (row) => {
      if (selection.get().size > 0) document.querySelector<HTMLElement>('[data-bulk-action]:enabled')?.focus()
      else if (rowActions && row !== undefined) menuOf.set(rowId(row))
    },
    next: paging.toNext,
    previous: paging.toPrevious,
  })
  return {
    rows,
    rowId,
    selection: bulkActions && selection,
    rowActions,
    rowTone,
    onTouch: useEvent(active.set),
    onOpen: detail && onOpen,
    menuOf,
  }
}
