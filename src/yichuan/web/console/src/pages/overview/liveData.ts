import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Schema } from '@/api/client'
import { http, type Query } from '@/api/http'
import { queryClient } from '@/api/queryClient'
import { COURIER_ZONE, formatDay } from '@/format'
import { readDays } from '@/table/dates'
import { listParams } from '@/table/query'
import type { Filter, ListState } from '@/table/types'
import { readListState, writeListState, writeValues } from '@/table/urlState'

// The area's own part of the first load: it asks the page's question while the page's code is on
// the way. So it stays light, and takes parts of the table by name.

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

/** What the page can be narrowed to: keys of the address, of the API and of the shipments list. */
const KINDS: readonly Pick<Filter, 'key' | 'kind'>[] = [
  ...['merchant_id', 'courier', 'province', 'city', 'category', 'merchant_category', 'origin', 'stage'].map(
    (key) => ({ key, kind: 'choice' as const }),
  ),
  { key: 'since', kind: 'dates' },
]

export const KEYS: readonly string[] = KINDS.map(({ key }) => key)

/** Rows the server sends at most. */
export const SHOWN = 100
export const LIVE_KEY = ['live'] as const
const EVERY = 60_000
/** Narrowed to one thing after the other and back, nothing is asked for twice within a moment. */
const FRESH = 3_000

export type Filters = ListState['filters']

/** What the server answered, and to which question. */
export interface Live extends Schema<'LiveView'> {
  by: By
  filters: Filters
}

/** Everything the page shows: one question, one answer, drawn once. */
export const liveQuery = (by: By, filters: Filters) => {
  const { q: _q, sort: _sort, cursor: _cursor, limit: _limit, ...query } = listParams({ ...NO_LIST, filters }, KINDS)
  return queryOptions({
    queryKey: [...LIVE_KEY, by, query],
    queryFn: async ({ signal }): Promise<Live> => {
      const view = await http.get<Schema<'LiveView'>>('/reports/live', { query: { ...query, by } as Query, signal })
      return { ...view, by, filters }
    },
    refetchInterval: EVERY,
    staleTime: FRESH,
    placeholderData: keepPreviousData,
  })
}

/** What the rows of the ageing table are, by the address. */
export const readBy = (params: URLSearchParams): By => ROWS.find((one) => one === params.get('by')) ?? 'stage'

/** Asks for what an address shows, before the page that shows it is there. */
export function askLive(address: string): null {
  const params = new URL(address).searchParams
  const { filters } = readListState(params, KEYS)
  void queryClient.prefetchQuery(liveQuery(readBy(params), filters))
  return null
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

/** The days of a column, within those that the page is narrowed to. */
export function daysIn(column: AgeColumn, filters: Filters): readonly string[] {
  const days = readDays(filters['since']?.[0] ?? '', new Date()) ?? {}
  return [`${both(days.from, dayOf(column.since_from), true)}..${both(days.to, dayOf(column.since_to, 1), false)}`]
}

/**
 * Addresses of the parcels behind numbers: what the page is narrowed to, and what a number adds. A
 * page has a thousand of them, so what they share is written once.
 */
export function parcels(filters: Filters): (more: Filters) => string {
  const shared = new Map<string, string>()
  const besides = (keys: readonly string[]) => {
    const name = keys.join()
    const known = shared.get(name)
    if (known !== undefined) return known
    const kept = Object.keys(filters).filter((key) => !keys.includes(key))
    const here = writeListState({ ...NO_LIST, filters }, kept).toString()
    const made = here === '' ? '' : `&${here}`
    shared.set(name, made)
    return made
  }
  return (more) => {
    const keys = Object.keys(more)
    const added = keys.flatMap((key) => {
      const values = more[key] ?? []
      return values.length > 0 ? [`${key}=${encodeURIComponent(writeValues(values))}`] : []
    })
    return `/shipments?${added.join('&')}${besides(keys)}`
  }
}
