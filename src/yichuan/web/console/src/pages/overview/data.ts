import { queryOptions } from '@tanstack/react-query'
import { api, type Schema, unwrap } from '@/api/client'

export type Figure = Schema<'Figure'>
export type Stage = Schema<'Stage'>
export type DayRow = Schema<'DayRow'>
/** What is counted by day; each count opens its parcels. */
export type CountKey =
  | 'created'
  | 'shipped'
  | 'picked_up'
  | 'delivered'
  | 'returned'
  | 'problems'
  | 'fake_shipping'
  | 'damaged_or_lost'
export type ScoreFigure = Schema<'ScoreFigure'>
export type Today = Schema<'Today'>
export type Overview = Schema<'Overview'>

const EVERY = 60_000

export const overviewQuery = queryOptions({
  queryKey: ['overview', 'platform'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/reports/overview', { signal })),
  refetchInterval: EVERY,
})

export const todayQuery = queryOptions({
  queryKey: ['overview', 'today'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/reports/today', { signal })),
  refetchInterval: EVERY,
})

export const provincesQuery = queryOptions({
  queryKey: ['overview', 'provinces'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/reports/provinces', { signal })),
  refetchInterval: 5 * EVERY,
})

export const total = (figures: readonly Figure[]) => figures.reduce((sum, { value }) => sum + value, 0)
