import { api, unwrap } from '@/api'
import type { Locale } from '@/i18n'
import { type RowResult, toRowResults } from '@/table'
import { BATCH, type Box, refreshQueues, TAKE_BATCH } from './data'
import { reasonOf } from './reasons'

export const numberOf = (row: Box) => row.waybill_number ?? row.order_no ?? row.shipment_no

type Progress = (done: number) => void
type Items = Parameters<typeof toRowResults>[1]

async function inBatches(
  rows: readonly Box[],
  size: number,
  locale: Locale,
  progress: Progress,
  call: (ids: string[]) => Promise<{ items: Items }>,
): Promise<RowResult[]> {
  const results: RowResult[] = []
  for (let start = 0; start < rows.length; start += size) {
    const chunk = rows.slice(start, start + size)
    const { items } = await call(chunk.map(({ id }) => id))
    const errors = new Map(items.map((item) => [item.index, item.error]))
    const answers = toRowResults(chunk, items, { id: ({ id }) => id, label: numberOf }, locale)
    results.push(
      ...answers.map((result, index) => {
        const error = errors.get(index)
        return error ? { ...result, message: reasonOf(error, locale) } : result
      }),
    )
    progress(results.length)
  }
  refreshQueues()
  return results
}

/** 交接: these boxes were given to the courier. */
export function handOver(rows: readonly Box[], locale: Locale, progress: Progress): Promise<RowResult[]> {
  return inBatches(rows, BATCH, locale, progress, (shipment_ids) =>
    unwrap(api.POST('/api/v1/shipments/hand-over', { body: { shipment_ids } })),
  )
}

/** 取号 without printing. */
export function takeNumbers(rows: readonly Box[], locale: Locale, progress: Progress): Promise<RowResult[]> {
  return inBatches(rows, TAKE_BATCH, locale, progress, (shipment_ids) =>
    unwrap(api.POST('/api/v1/waybills/batch', { body: { shipment_ids } })),
  )
}

export async function mergeBoxes(ids: string[]): Promise<void> {
  await unwrap(api.POST('/api/v1/shipments/merge', { body: { shipment_ids: ids } }))
  refreshQueues()
}

export async function cancelWaybillOf(shipmentId: string): Promise<void> {
  const path = { shipment_id: shipmentId }
  const waybills = await unwrap(api.GET('/api/v1/shipments/{shipment_id}/waybills', { params: { path } }))
  const live = waybills.items.find(({ state }) => state === 'issued')
  if (live === undefined) return
  await api.POST('/api/v1/waybills/{waybill_id}/cancel', { params: { path: { waybill_id: live.id } } })
  refreshQueues()
}

/** Opens labels beside the console; the browser's own viewer prints them. */
export function openLabels(jobId: string): void {
  window.open(`/api/v1/print-jobs/${jobId}/labels`, '_blank', 'noopener')
}
