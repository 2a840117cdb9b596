import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { api, type Schema, unwrap } from '@/api/client'
import type { CursorPage } from '@/api/page'
import { queryClient } from '@/api/queryClient'
import { useLocale } from '@/i18n'
import { type ListQuery, listKey } from '@/table'
import { errorTitle } from '@/ui'
import { type Merchant, merchantsQuery } from './names'

export type { Merchant } from './names'
export type ScoreRow = Schema<'MerchantScoreRow'>
export type Card = Schema<'Scorecard'>
export type Sender = Schema<'SenderView'>

export interface Row extends Merchant {
  card: ScoreRow | undefined
}

/** Everybody's latest score, page after page. */
const scoresQuery = queryOptions({
  queryKey: ['merchant-scores'],
  queryFn: async ({ signal }) => {
    const found = new Map<string, ScoreRow>()
    let cursor: string | undefined
    do {
      const query = { limit: 200, cursor }
      const page = await unwrap(api.GET('/api/v1/scorecards/merchants', { params: { query }, signal }))
      for (const row of page.items) found.set(row.merchant_id, row)
      cursor = page.next_cursor ?? undefined
    } while (cursor !== undefined)
    return found
  },
  staleTime: 60_000,
})

type Key = (row: Row) => number | string

const ORDERS: Readonly<Record<string, Key>> = {
  code: (row) => row.code,
  score: (row) => row.card?.score ?? Number.POSITIVE_INFINITY,
  shipments: (row) => row.card?.shipments ?? 0,
  on_time: (row) => partOf(row, 'on_time_shipping')?.value ?? Number.POSITIVE_INFINITY,
  pickup: (row) => partOf(row, 'pickup_in_24h')?.value ?? Number.POSITIVE_INFINITY,
}

export function partOf(row: Row, key: string) {
  return row.card?.parts.find((part) => part.key === key)
}

function sorted(rows: readonly Row[], sort: string): Row[] {
  const key = ORDERS[sort.replace(/^-/, '')] ?? ORDERS['code']
  const way = sort.startsWith('-') ? -1 : 1
  const compare = (a: string | number, b: string | number) => (a < b ? -1 : a > b ? 1 : 0)
  return key === undefined ? [...rows] : [...rows].sort((a, b) => way * compare(key(a), key(b)))
}

/** The server answers all merchants at once: what is asked for is picked out here, page by page. */
export async function loadMerchants({ filters, q, sort, cursor, limit }: ListQuery): Promise<CursorPage<Row>> {
  const [merchants, scores] = await Promise.all([
    queryClient.fetchQuery({ ...merchantsQuery, staleTime: 5_000 }),
    queryClient.fetchQuery({ ...scoresQuery, staleTime: 5_000 }),
  ])
  const text = q.toLowerCase()
  const wanted = (key: 'tier' | 'status' | 'logistics_mode', row: Merchant) => filters[key]?.includes(row[key]) ?? true
  const rows = merchants
    .filter((row) => `${row.code} ${row.name}`.toLowerCase().includes(text))
    .filter((row) => wanted('tier', row) && wanted('status', row) && wanted('logistics_mode', row))
    .map((row): Row => ({ ...row, card: scores.get(row.id) }))
    .filter((row) => filters['low'] === undefined || (row.card !== undefined && row.card.score < TARGET))
  const start = Number(cursor || 0)
  const items = sorted(rows, sort).slice(start, start + limit)
  return { items, total: rows.length, next_cursor: start + limit < rows.length ? String(start + limit) : null }
}

/** Below this a merchant is off target. */
export const TARGET = 75

const at = (merchant_id: string) => ({ path: { merchant_id } })

export const merchantQuery = (id: string) =>
  queryOptions({
    queryKey: ['merchant', id],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/merchants/{merchant_id}', { params: at(id), signal })),
  })

export const cardQuery = (id: string) =>
  queryOptions({
    queryKey: ['merchant-card', id],
    queryFn: ({ signal }) => {
      const params = { ...at(id), query: { days: 90 } }
      return unwrap(api.GET('/api/v1/scorecards/merchants/{merchant_id}', { params, signal }))
    },
  })

export const shopsQuery = (id: string) =>
  queryOptions({
    queryKey: ['merchant-shops', id],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/merchants/{merchant_id}/shops', { params: at(id), signal })),
  })

export const sendersQuery = (id: string) =>
  queryOptions({
    queryKey: ['merchant-senders', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/merchants/{merchant_id}/sender-addresses', { params: at(id), signal })),
  })

type Verb<Wish> = (wish: Wish) => Promise<unknown>

/** Runs a change on merchants, says what came of it and shows everything anew. */
function useChange<Wish>(run: Verb<Wish>, said: string, onDone: () => void) {
  const client = useQueryClient()
  const locale = useLocale()
  const { message } = App.useApp()
  return useMutation({
    mutationFn: run,
    onSuccess: () => {
      message.success(said)
      onDone()
    },
    onError: (error) => message.error(errorTitle(error, locale)),
    onSettled: async () => {
      for (const key of ['merchants', 'merchant', 'merchant-senders']) {
        await client.invalidateQueries({ queryKey: [key] })
      }
      await client.invalidateQueries({ queryKey: listKey('merchants') })
    },
  })
}

export function useAdmit(said: string, onDone: () => void) {
  return useChange(
    (body: Schema<'MerchantRequest'>) => unwrap(api.POST('/api/v1/merchants', { body })),
    said,
    onDone,
  )
}

export function useChangeMerchant(id: string, said: string, onDone: () => void) {
  return useChange(
    (body: Schema<'MerchantChange'>) =>
      unwrap(api.PATCH('/api/v1/merchants/{merchant_id}', { params: at(id), body })),
    said,
    onDone,
  )
}

export function useAddSender(id: string, said: string, onDone: () => void) {
  return useChange(
    (body: Schema<'SenderRequest'>) =>
      unwrap(api.POST('/api/v1/merchants/{merchant_id}/sender-addresses', { params: at(id), body })),
    said,
    onDone,
  )
}
