import { queryOptions } from '@tanstack/react-query'
import { api, queryClient, type Schema, unwrap } from '@/api'
import type { Change } from '@/live'
import { type ListQuery, listKey } from '@/table'

export type Box = Schema<'ShipmentRow'>
export type Queue = 'to_print' | 'to_hand_over' | 'to_ship'
export type LabelSize = Schema<'PrintJobRequest'>['size']
export type Account = Schema<'AccountView'>

/** The name of each queue's list, under which its queries and views are kept. */
export const LIST_NAMES: Readonly<Record<Queue, string>> = {
  to_print: 'printing',
  to_hand_over: 'printing-hand-over',
  to_ship: 'printing-all',
}

/** Everything on the printing pages that a changed box changes. */
export function refreshQueues(): void {
  for (const name of Object.values(LIST_NAMES)) void queryClient.invalidateQueries({ queryKey: listKey(name) })
  void queryClient.invalidateQueries({ queryKey: ['printing'] })
  void queryClient.invalidateQueries({ queryKey: ['shipment'] })
  void queryClient.invalidateQueries({ queryKey: ['list', 'orders'] })
  void queryClient.invalidateQueries({ queryKey: ['order'] })
}

export const countsQuery = queryOptions({
  queryKey: ['printing', 'counts'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/shipments/counts', { signal })),
  refetchInterval: 30_000,
})

export const accountsQuery = queryOptions({
  queryKey: ['printing', 'accounts'],
  queryFn: async ({ signal }) => (await unwrap(api.GET('/api/v1/courier-accounts', { signal }))).items,
})

export const shopsQuery = (merchantId: string | undefined) =>
  queryOptions({
    queryKey: ['shops', merchantId],
    enabled: merchantId !== undefined,
    staleTime: 5 * 60_000,
    queryFn: async ({ signal }) => {
      const path = { merchant_id: merchantId ?? '' }
      return (await unwrap(api.GET('/api/v1/merchants/{merchant_id}/shops', { params: { path }, signal }))).items
    },
  })

export const shipmentQuery = (id: string) =>
  queryOptions({
    queryKey: ['shipment', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/shipments/{shipment_id}', { params: { path: { shipment_id: id } }, signal })),
  })

export const waybillsQuery = (id: string) =>
  queryOptions({
    queryKey: ['shipment', id, 'waybills'],
    queryFn: async ({ signal }) => {
      const path = { shipment_id: id }
      return (await unwrap(api.GET('/api/v1/shipments/{shipment_id}/waybills', { params: { path }, signal }))).items
    },
  })

const first = (query: ListQuery, key: string) => query.filters[key]?.[0]

/** One page of a queue, the most urgent box first. */
export function loadQueue(queue: Queue, query: ListQuery, signal?: AbortSignal) {
  return unwrap(
    api.GET('/api/v1/shipments', {
      params: {
        query: {
          queue,
          q: query.q === '' ? undefined : query.q,
          sort: (query.sort === '' ? 'ship_by' : query.sort) as 'ship_by',
          cursor: query.cursor === '' ? undefined : query.cursor,
          limit: query.limit,
          merchant_id: first(query, 'merchant'),
          shop_id: first(query, 'shop'),
          courier: first(query, 'courier'),
          province: first(query, 'province'),
          hold: first(query, 'hold') === undefined ? undefined : true,
        },
      },
      signal,
    }),
  )
}

/** The server prints, and hands over, this many boxes in one call. */
export const BATCH = 500
/** It takes numbers for this many in one call. */
export const TAKE_BATCH = 200

/** Every box of a queue under these filters, up to `BATCH`; the most urgent ones. */
export async function loadWhole(queue: Queue, query: ListQuery): Promise<Box[]> {
  const rows: Box[] = []
  let cursor = ''
  do {
    const limit = Math.min(200, BATCH - rows.length)
    const page = await loadQueue(queue, { ...query, cursor, limit })
    rows.push(...page.items)
    cursor = page.next_cursor ?? ''
  } while (cursor !== '' && rows.length < BATCH)
  return rows
}

const MOVES = new Set(['created', 'waybill', 'waybill_cancelled', 'shipped', 'cancelled', 'held', 'released', 'merged'])

/** Changes that put a box into a queue or take it out. */
export const changesQueues = ({ kind }: Change) => MOVES.has(kind)
