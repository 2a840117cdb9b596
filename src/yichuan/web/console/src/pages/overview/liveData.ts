import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Schema } from '@/api/client'
import { http, type Query } from '@/api/http'
import { COURIER_ZONE, formatDay } from '@/format'
import { type Filter, listParams, readDays, writeListState } from '@/table'
import type { ListState } from '@/table/types'

export type LiveAgeing = Schema<'LiveAgeing'>
export type LiveMap = Schema<'LiveMap'>
export type LiveRow = Schema<'LiveRow'>
export type AgeColumn = Schema<'AgeColumn'>

/** In the order of the way. */
export const STAGES = [
  'paid',
  'printed',
  'shipped',
  'picked_up',
  'in_transit',
  'arriving',
  'out_for_delivery',
  'ready_for_collection',
  'returning',
  'delivered',
] as const
export type Stage = (typeof STAGES)[number]
/** Where parcels stand that are not signed for. */
export const OPEN: readonly Stage[] = STAGES.slice(0, -1)
export const isStage = (key: string): key is Stage => STAGES.some((stage) => stage === key)

export const ROWS = ['stage', 'courier', 'merchant', 'province', 'category'] as const
export type By = (typeof ROWS)[number]

/** The list's filter that a row stands for. */
export const FILTER_OF: Readonly<Record<By, string>> = {
  stage: 'stage',
  courier: 'courier',
  merchant: 'merchant_id',
  province: 'province',
  category: 'category',
}

/** Rows the server sends at most. */
export const SHOWN = 100
export const LIVE_KEY = ['live'] as const
const EVERY = 60_000
/** Narrowed to one thing after the other and back, nothing is asked for twice within a moment. */
const FRESH = 3_000

const usual = { refetchInterval: EVERY, staleTime: FRESH, placeholderData: keepPreviousData }

export const ageingQuery = (by: By, query: Query) =>
  queryOptions({
    queryKey: [...LIVE_KEY, by, query],
    queryFn: ({ signal }) => http.get<LiveAgeing>('/reports/live', { query: { ...query, by }, signal }),
    ...usual,
  })

export const mapQuery = (query: Query) =>
  queryOptions({
    queryKey: [...LIVE_KEY, 'map', query],
    queryFn: ({ signal }) => http.get<LiveMap>('/reports/live/map', { query, signal }),
    ...usual,
  })

export type Filters = ListState['filters']

/** What the server is asked for: the page's filters under the API's names. */
export function asked(filters: Filters, known: readonly Filter[]): Query {
  const { q: _q, sort: _sort, cursor: _cursor, limit: _limit, ...query } = listParams({ ...NO_LIST, filters }, known)
  return query
}

const NO_LIST: ListState = {
  filters: {},
  q: '',
  sort: '',
  cursor: '',
  page: 1,
  limit: 50,
  columns: [],
  density: '',
  id: '',
}

/** The later of two first days, the earlier of two last ones; days sort as text. */
function both(one: string | undefined, other: string | undefined, later: boolean): string {
  if (!one || !other) return one ?? other ?? ''
  return one > other === later ? one : other
}

const dayOf = (at: string | null, before = 0) =>
  at === null ? undefined : formatDay(new Date(Date.parse(at) - before), COURIER_ZONE)

/** The parcels behind a number: what the page is narrowed to, and the number's row and column. */
export function parcels(filters: Filters, more: Filters, column?: AgeColumn): string {
  const wanted: Record<string, readonly string[]> = { ...filters, ...more }
  if (column !== undefined) {
    const days = readDays(filters['since']?.[0] ?? '', new Date()) ?? {}
    const from = both(days.from, dayOf(column.since_from), true)
    const to = both(days.to, dayOf(column.since_to, 1), false)
    wanted['since'] = [`${from}..${to}`]
  }
  const params = writeListState({ ...NO_LIST, filters: wanted }, Object.keys(wanted))
  return `/shipments?${params.toString()}`
}
