import { useQueryClient } from '@tanstack/react-query'
import { Alert, Button } from 'antd'
import { useMemo, useRef, useState } from 'react'
import { formatAgo } from '@/format'
import { useLocale, useMessages } from '@/i18n'
import { createStore } from '@/lib/store'
import { useEvent } from '@/lib/useEvent'
import { useIsPhone } from '@/lib/useMediaQuery'
import { EmptyState, ErrorState, ListSkeleton } from '@/ui'
import { BulkBar } from './BulkBar'
import { CardList } from './CardList'
import { chosenColumns } from './columns'
import styles from './DataTable.module.css'
import { DetailDrawer } from './DetailDrawer'
import { FilterBar } from './FilterBar'
import { Grid, type RowsProps } from './Grid'
import { Pager } from './Pager'
import { useSelection } from './selection'
import { ColumnChooser, DensityMenu, ExportButton, RefreshButton, useDensity } from './TableTools'
import type { DataTableProps, Filter, PresetView } from './types'
import { narrowed } from './urlState'
import { useActiveRow } from './useActiveRow'
import { listKey, queryOf, useListQuery, usePaging } from './useListQuery'
import { useListState } from './useListState'
import { useTableKeys } from './useTableKeys'
import { ViewTabs } from './ViewTabs'
import { tableWords } from './words'

const NO_FILTERS: readonly Filter[] = []
const NO_VIEWS: readonly PresetView[] = []
const NO_ROWS: readonly never[] = []

/**
 * A list as a tool: the server filters, sorts, searches and pages; the URL holds the whole state;
 * views, columns, density, bulk acts, export, keyboard and a drawer come with it. See README.md.
 */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { name, columns, rowId, filters = NO_FILTERS, defaultSort = '', bulkActions, detail, onExport } = props
  const phone = useIsPhone()
  const client = useQueryClient()
  const filterKeys = filters.map(({ key }) => key)
  const [state, change] = useListState(filterKeys)
  const query = queryOf(state, defaultSort)
  const list = useListQuery(props, query)
  const rows: readonly Row[] = list.data?.items ?? NO_ROWS
  const paging = usePaging(state, change, list.data?.next_cursor)
  const selection = useSelection(rowId, JSON.stringify([state.filters, state.q]))
  const density = useDensity(state)
  const [menuOf] = useState(() => createStore(''))
  const shown = useMemo(() => chosenColumns(columns, state.columns), [columns, state.columns])
  const root = useRef<HTMLDivElement>(null)
  const active = useActiveRow(root, rows, rowId)

  const open = (id: string) => change({ ...state, id }, { replace: state.id !== '' })
  useTableKeys(active, {
    open: detail && ((row) => open(rowId(row))),
    select: bulkActions && selection.toggle,
    act: (row) => {
      if (selection.get().size > 0) document.querySelector<HTMLElement>('[data-bulk-action]:enabled')?.focus()
      else if (props.rowActions && row !== undefined) menuOf.set(rowId(row))
    },
    next: paging.toNext,
    previous: paging.toPrevious,
  })

  const onSort = useEvent((sort: string) => change(narrowed(state, { sort: sort === defaultSort ? '' : sort })))
  const onOpen = useEvent((row: Row) => open(rowId(row)))
  const onClear = useEvent(() => change(narrowed(state, { filters: {}, q: '' })))
  const asked = Object.keys(state.filters).length > 0 || state.q !== ''
  const empty = useMemo(
    () => <Nothing empty={props.empty} asked={asked} onClear={onClear} />,
    [props.empty, asked, onClear],
  )
  const rowsProps: RowsProps<Row> = {
    rows,
    rowId,
    columns: shown,
    sort: query.sort,
    onSort,
    selection: bulkActions && selection,
    rowActions: props.rowActions,
    rowTone: props.rowTone,
    onTouch: active.set,
    onOpen: detail && onOpen,
    menuOf,
    density,
    empty: rows.length === 0 ? empty : null,
    outdated: list.isPlaceholderData,
  }

  return (
    <div className={styles.table} ref={root}>
      <div className={styles.head}>
        <ViewTabs name={name} presets={props.views ?? NO_VIEWS} filterKeys={filterKeys} state={state} change={change} />
        <div className={styles.tools}>
          <RefreshButton busy={list.isFetching} onClick={() => void list.refetch()} />
          {!phone && <DensityMenu state={state} change={change} />}
          {!phone && <ColumnChooser columns={columns} state={state} change={change} />}
          {onExport && <ExportButton onExport={() => onExport(query, shown.map(({ key }) => key))} />}
        </div>
      </div>
      <FilterBar
        filters={filters}
        searchHint={props.searchHint}
        state={state}
        change={change}
        onSearch={props.onSearch}
      />
      {list.data !== undefined && list.isError && (
        <Stale at={list.dataUpdatedAt} onRetry={() => void list.refetch()} />
      )}
      {list.data === undefined && list.isPending && <ListSkeleton />}
      {list.data === undefined && list.isError && (
        <ErrorState error={list.error} onRetry={() => void list.refetch()} />
      )}
      {list.data !== undefined && (
        <>
          {phone ? <CardList {...rowsProps} /> : <Grid {...rowsProps} />}
          <Pager state={state} change={change} paging={paging} rows={rows.length} total={list.data.total} />
        </>
      )}
      {bulkActions && (
        <BulkBar
          actions={bulkActions}
          selection={selection}
          rowId={rowId}
          onDone={() => void client.invalidateQueries({ queryKey: listKey(name) })}
        />
      )}
      {detail && (
        <DetailDrawer
          detail={detail}
          id={state.id}
          rows={rows}
          rowId={rowId}
          onOpen={open}
          onClose={() => change({ ...state, id: '' }, { replace: true })}
        />
      )}
    </div>
  )
}

function Stale({ at, onRetry }: { at: number; onRetry: () => void }) {
  const t = useMessages(tableWords)
  const locale = useLocale()
  return (
    <Alert
      className={styles.stale}
      type="warning"
      showIcon
      title={t.stale(formatAgo(new Date(at), new Date(), locale))}
      action={
        <Button size="small" onClick={onRetry}>
          {t.refresh}
        </Button>
      }
    />
  )
}

interface NothingProps<Row> extends Pick<DataTableProps<Row>, 'empty'> {
  /** Whether filters or words narrow the list. */
  asked: boolean
  onClear: () => void
}

/** Nothing matches the filters, or there is nothing yet: two different things to say. */
function Nothing<Row>({ empty, asked, onClear }: NothingProps<Row>) {
  const t = useMessages(tableWords)
  if (!asked) return <EmptyState {...empty} />
  return (
    <EmptyState title={t.noMatch} how={t.noMatchHow} actions={<Button onClick={onClear}>{t.clearFilters}</Button>} />
  )
}
