import { queryOptions } from '@tanstack/react-query'
import { api, type Schema, unwrap } from '@/api/client'
import { buildUrl } from '@/api/http'
import { queryClient } from '@/api/queryClient'
import { type ListQuery, listKey, listParams, saveUrl } from '@/table'
import type { Filter } from '@/table'

export type Row = Schema<'ShipmentRow'>
export type Detail = Schema<'ShipmentDetail'>
export type Waybill = Schema<'WaybillView'>
export type Problem = Schema<'ProblemRow'>
export type Ticket = Schema<'TicketRow'>
export type TimelineItem = Schema<'TimelineItem'>

/** Queues whose boxes stand in order of their ship-by clock, if wanted. */
const UNSHIPPED: readonly string[] = ['to_ship', 'to_print', 'to_hand_over']

export function isUnshippedQueue(queue: string | null | undefined): boolean {
  return UNSHIPPED.includes(queue ?? '')
}

/** A page of the list. The server sorts by the ship-by clock only what is not shipped. */
export function loadShipments(asked: ListQuery, filters: readonly Filter[], signal: AbortSignal) {
  const byClock = asked.sort.endsWith('ship_by')
  const sort = byClock && !isUnshippedQueue(asked.filters.queue?.[0]) ? '' : asked.sort
  const query = { ...listParams({ ...asked, sort }, filters) }
  for (const [key, value] of Object.entries(query)) if (value === '') delete query[key]
  return unwrap(api.GET('/api/v1/shipments', { params: { query }, signal }))
}

/** Saves the list as it is narrowed, streamed by the browser; newest first, recipients masked. */
export function exportShipments(asked: ListQuery, filters: readonly Filter[]): Promise<void> {
  const { sort: _sort, cursor: _cursor, limit: _limit, ...query } = listParams(asked, filters)
  saveUrl(buildUrl('/shipments/export.csv', query), 'shipments.csv')
  return Promise.resolve()
}

/** The only shipment under a number, if there is exactly one. */
export async function onlyOne(text: string): Promise<Row | undefined> {
  const { items } = await unwrap(api.GET('/api/v1/shipments', { params: { query: { q: text, limit: 2 } } }))
  return items.length === 1 ? items[0] : undefined
}

export const countsQuery = queryOptions({
  queryKey: ['shipment-counts'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/shipments/counts', { signal })),
  refetchInterval: 60_000,
})

const shipment = (id: string) => ({ path: { shipment_id: id } })

export const detailQuery = (id: string) =>
  queryOptions({
    queryKey: ['shipment', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/shipments/{shipment_id}', { params: shipment(id), signal })),
    refetchInterval: 60_000,
  })

export const timelineQuery = (id: string) =>
  queryOptions({
    queryKey: ['shipment', id, 'timeline'],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/shipments/{shipment_id}/timeline', { params: shipment(id), signal })),
    // Old scans come back from the archive in a second or two: someone is waiting for them.
    refetchInterval: ({ state }) => (state.data?.history === 'recalling' ? 1_500 : 60_000),
  })

/** Whether the courier pushes the number, and what it said when it stopped (staff). */
export const subscriptionQuery = (number: string) =>
  queryOptions({
    queryKey: ['subscription', number],
    queryFn: async ({ signal }) => {
      const query = { number, limit: 1 }
      const page = await unwrap(api.GET('/api/v1/subscriptions', { params: { query }, signal }))
      return page.items[0] ?? null
    },
  })

/** When the courier was last asked for a number by us, and when it will be. */
export const askingQuery = (courier: string, number: string) =>
  queryOptions({
    queryKey: ['asking', courier, number],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/tracks/{courier}/{number}/asking', { params: { path: { courier, number } }, signal })),
    refetchInterval: 60_000,
  })

export const waybillsQuery = (id: string) =>
  queryOptions({
    queryKey: ['shipment', id, 'waybills'],
    queryFn: async ({ signal }) => {
      const page = unwrap(
        api.GET('/api/v1/shipments/{shipment_id}/waybills', { params: shipment(id), signal }),
      )
      return (await page).items
    },
  })

/** Every number it travels under, and those a scan names in doubt. */
export const numbersQuery = (id: string) =>
  queryOptions({
    queryKey: ['shipment', id, 'numbers'],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/shipments/{shipment_id}/numbers', { params: shipment(id), signal })),
    refetchInterval: 60_000,
  })

/** Waybills whose courier cannot be asked what became of them. */
export const inDoubtQuery = queryOptions({
  queryKey: ['waybills-in-doubt'],
  queryFn: async ({ signal }) =>
    (await unwrap(api.GET('/api/v1/waybills/in-doubt', { params: { query: { limit: 100 } }, signal }))).items,
})

export const problemsQuery = (id: string) =>
  queryOptions({
    queryKey: ['shipment', id, 'problems'],
    queryFn: async ({ signal }) => {
      const params = { query: { shipment_id: id, limit: 50 } }
      return (await unwrap(api.GET('/api/v1/exceptions', { params, signal }))).items
    },
  })

export const ticketsQuery = (id: string) =>
  queryOptions({
    queryKey: ['shipment', id, 'tickets'],
    queryFn: async ({ signal }) => {
      const params = { query: { shipment_id: id, limit: 50 } }
      return (await unwrap(api.GET('/api/v1/tickets', { params, signal }))).items
    },
  })

/** After an act: the shipment, the lists it stands in, and the counts beside the menu. */
export function refresh(id?: string): void {
  void queryClient.invalidateQueries({ queryKey: id === undefined ? ['shipment'] : ['shipment', id] })
  void queryClient.invalidateQueries({ queryKey: listKey('shipments') })
  void queryClient.invalidateQueries(countsQuery)
}

/** Whether the box is still ours to change: not shipped, not over, without a number. */
export function isOpen(row: Pick<Row, 'milestone' | 'shipped_at' | 'waybill_number'>): boolean {
  return row.milestone === 'created' && row.shipped_at === null && row.waybill_number === null
}
