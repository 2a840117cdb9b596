import { Alert, Button } from 'antd'
import { useRef } from 'react'
import { formatAgo } from '@/format'
import { useLocale, useMessages } from '@/i18n'
import { useIsPhone } from '@/lib/useMediaQuery'
import { ErrorState, ListSkeleton } from '@/ui'
import { BulkBar } from './BulkBar'
import { CardList } from './CardList'
import styles from './DataTable.module.css'
import { DetailDrawer } from './DetailDrawer'
import { FilterBar } from './FilterBar'
import { Grid } from './Grid'
import { NewsPill } from './NewsPill'
import { Pager } from './Pager'
import { ColumnChooser, DensityMenu, ExportButton, RefreshButton } from './TableTools'
import type { DataTableProps, PresetView } from './types'
import { useDataTable } from './useDataTable'
import { ViewTabs } from './ViewTabs'
import { tableWords } from './words'

const NO_VIEWS: readonly PresetView[] = []

type Model<Row extends object> = ReturnType<typeof useDataTable<Row>>

/**
 * A list as a tool: the server filters, sorts, searches and pages; the URL holds the whole state;
 * views, columns, density, bulk acts, export, keyboard and a drawer come with it. See README.md.
 */
export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { rowId, bulkActions, detail } = props
  const root = useRef<HTMLDivElement>(null)
  const model = useDataTable(props, root)
  const { state, change, rows, selection, filters } = model
  return (
    <div className={styles.table} ref={root}>
      <Head props={props} model={model} />
      <FilterBar
        filters={filters}
        searchHint={props.searchHint}
        state={state}
        change={change}
        onSearch={props.onSearch}
      />
      <Body model={model} />
      {bulkActions && (
        <BulkBar actions={bulkActions} selection={selection} rowId={rowId} onDone={model.refreshAll} />
      )}
      {detail && (
        <DetailDrawer
          detail={detail}
          id={state.id}
          rows={rows}
          rowId={rowId}
          onOpen={model.open}
          onClose={model.close}
        />
      )}
    </div>
  )
}

interface PartProps<Row extends object> {
  props: DataTableProps<Row>
  model: Model<Row>
}

/** The views, and the tools for looking. */
function Head<Row extends object>({ props, model }: PartProps<Row>) {
  const { name, columns, views = NO_VIEWS, onExport } = props
  const { state, change, filterKeys, list, query, shown } = model
  const phone = useIsPhone()
  return (
    <div className={styles.head}>
      <ViewTabs name={name} presets={views} filterKeys={filterKeys} state={state} change={change} />
      <div className={styles.tools}>
        <NewsPill concerns={props.live ?? false} since={list.dataUpdatedAt} onShow={() => void list.refetch()} />
        <RefreshButton busy={list.isFetching} onClick={() => void list.refetch()} />
        {!phone && <DensityMenu state={state} change={change} />}
        {!phone && <ColumnChooser columns={columns} state={state} change={change} />}
        {onExport && <ExportButton onExport={() => onExport(query, shown.map(({ key }) => key))} />}
      </div>
    </div>
  )
}

/** The rows, or why there are none. */
function Body<Row extends object>({ model }: Pick<PartProps<Row>, 'model'>) {
  const { state, change, list, rows, paging, rowsProps } = model
  const phone = useIsPhone()
  const retry = () => void list.refetch()
  if (list.data === undefined) {
    return list.isError ? <ErrorState error={list.error} onRetry={retry} /> : <ListSkeleton />
  }
  return (
    <>
      {list.isError && <Stale at={list.dataUpdatedAt} onRetry={retry} />}
      {phone ? <CardList {...rowsProps} /> : <Grid {...rowsProps} />}
      <Pager state={state} change={change} paging={paging} rows={rows.length} total={list.data.total} />
    </>
  )
}

/** The last refresh failed: what is shown is from before. */
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
