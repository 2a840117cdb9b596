import { BarcodeOutlined, CarOutlined, MergeCellsOutlined } from '@ant-design/icons'
import { useMemo } from 'react'
import { api, unwrap } from '@/api'
import { useLocale, useMessages } from '@/i18n'
import { type BulkAction, type RowResult, toRowResults } from '@/table'
import { isOpen, refresh, type Row } from './data'
import { actWords } from './words'

const BATCH = 100
const describe = { id: (row: Row) => row.id, label: (row: Row) => row.shipment_no }

/** Runs a bulk call piece by piece, so that progress can be seen. */
async function inBatches(
  rows: readonly Row[],
  progress: (done: number) => void,
  call: (part: readonly Row[]) => Promise<readonly RowResult[]>,
): Promise<RowResult[]> {
  const results: RowResult[] = []
  for (let start = 0; start < rows.length; start += BATCH) {
    results.push(...(await call(rows.slice(start, start + BATCH))))
    progress(results.length)
  }
  refresh()
  return results
}

const ids = (rows: readonly Row[]) => rows.map(({ id }) => id)

function canMerge(rows: readonly Row[]): boolean {
  return rows.length > 1 && rows.every(isOpen) && new Set(rows.map((row) => row.merchant_id)).size === 1
}

/** What can be done with many shipments at once; each row answers for itself. */
export function useBulk(): BulkAction<Row>[] {
  const t = useMessages(actWords)
  const locale = useLocale()
  return useMemo<BulkAction<Row>[]>(
    () => [
      {
        key: 'take',
        label: t.takeMany,
        icon: <BarcodeOutlined />,
        primary: true,
        blocked: (rows) => (rows.every(isOpen) ? undefined : t.onlyUnshipped),
        run: (rows, progress) =>
          inBatches(rows, progress, async (part) => {
            const body = { shipment_ids: ids(part) }
            const { items } = await unwrap(api.POST('/api/v1/waybills/batch', { body }))
            return toRowResults(part, items, describe, locale)
          }),
      },
      {
        key: 'hand-over',
        label: t.handOver,
        icon: <CarOutlined />,
        confirm: (rows) => t.handOverSure(rows.length),
        blocked: (rows) =>
          rows.every((row) => row.waybill_number !== null && row.shipped_at === null && !row.hold)
            ? undefined
            : t.onlyPrinted,
        run: (rows, progress) =>
          inBatches(rows, progress, async (part) => {
            const body = { shipment_ids: ids(part) }
            const { items } = await unwrap(api.POST('/api/v1/shipments/hand-over', { body }))
            return toRowResults(part, items, describe, locale)
          }),
      },
      {
        key: 'merge',
        label: t.merge,
        icon: <MergeCellsOutlined />,
        confirm: (rows) => t.mergeSure(rows.length),
        blocked: (rows) => (canMerge(rows) ? undefined : t.mergeBlocked),
        run: async (rows) => {
          await unwrap(api.POST('/api/v1/shipments/merge', { body: { shipment_ids: ids(rows) } }))
          refresh()
          return rows.map((row) => ({ id: row.id, label: row.shipment_no, ok: true }))
        },
      },
    ],
    [t, locale],
  )
}
