import { useQuery } from '@tanstack/react-query'
import { useCallback } from 'react'
import { useNavigate, useSearchParams } from 'react-router'
import { useMessages } from '@/i18n'
import { DataTable, type Detail as DrawerDetail, type ListQuery } from '@/table'
import { useEvent } from '@/lib/useEvent'
import { PageHeader } from '@/ui'
import { useBulk } from './bulk'
import { useColumns } from './columns'
import { countsQuery, exportShipments, isUnshippedQueue, loadShipments, onlyOne, type Row } from './data'
import { useFilters, useViews } from './filters'
import { ShipmentBody } from './ShipmentBody'
import { ShipmentTitle } from './ShipmentTitle'
import { useActs } from './useActs'
import { listWords } from './words'

const rowId = (row: Row) => row.id

const detail: DrawerDetail<Row> = {
  title: ({ row, id }) => <ShipmentTitle id={id} row={row} />,
  body: ShipmentBody,
  path: (id) => `/shipments/${id}`,
  width: 760,
}

const rowTone = (row: Row) => (row.hold ? 'broken' : row.problem === null ? undefined : 'risk')

/** Every shipment, to be narrowed, searched and acted upon. */
export function Component() {
  const t = useMessages(listWords)
  const [params] = useSearchParams()
  const byClock = isUnshippedQueue(params.get('queue'))
  const filters = useFilters()
  const columns = useColumns(byClock)
  const counts = useQuery(countsQuery).data
  const views = useViews(counts)
  const acts = useActs()
  const bulk = useBulk()
  const navigate = useNavigate()
  const load = useCallback(
    (query: ListQuery, signal: AbortSignal) => loadShipments(query, filters, signal),
    [filters],
  )
  const toTheThing = async (text: string) => {
    const found = text.length < 2 ? undefined : await onlyOne(text).catch(() => undefined)
    if (found !== undefined) void navigate(`/shipments/${found.id}`)
    return found !== undefined
  }
  return (
    <>
      <PageHeader title={t.title} subtitle={t.subtitle} />
      <DataTable<Row>
        name="shipments"
        rowId={rowId}
        columns={columns}
        filters={filters}
        views={views}
        searchHint={t.searchHint}
        onSearch={toTheThing}
        load={load}
        onExport={(query) => exportShipments(query, filters)}
        bulkActions={bulk}
        rowActions={useEvent(acts.of)}
        rowTone={rowTone}
        detail={detail}
        refreshEvery={60_000}
        live
        empty={{ title: t.empty, how: t.emptyHow }}
      />
      {acts.dialogs}
    </>
  )
}
