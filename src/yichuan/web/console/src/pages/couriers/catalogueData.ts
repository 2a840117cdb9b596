import { queryOptions } from '@tanstack/react-query'
import { api, type Schema, unwrap } from '@/api/client'
import type { ListQuery } from '@/table'

export type Row = Schema<'CourierView'>
export type CourierDetail = Schema<'CourierDetail'>
export type Offer = Schema<'OfferView'>
export type Kind = Row['kind']
export type Capability = keyof NonNullable<Row['can']>

export const KINDS: readonly Kind[] = [
  'domestic',
  'freight',
  'cold_chain',
  'same_city',
  'cross_border',
  'international',
  'postal',
]
/** In the order of a parcel's life; the rest follows. */
export const CAPABILITIES = [
  'number',
  'label',
  'cancel',
  'balance',
  'pickup',
  'track',
  'subscribe',
  'push',
  'rate',
  'forecast',
  'recognise',
] as const

export async function loadCatalogue({ filters, q, limit, cursor }: ListQuery, signal: AbortSignal) {
  const one = (key: string) => filters[key]?.[0]
  const query = {
    q: q || undefined,
    kind: one('kind') as Kind | undefined,
    capability: one('capability') as (typeof CAPABILITIES)[number] | undefined,
    connector: one('connector'),
    verified: one('verified') === undefined ? undefined : one('verified') === 'true',
    served: filters['served'] ? true : undefined,
    cursor: cursor || undefined,
    limit,
  }
  return unwrap(api.GET('/api/v1/couriers', { params: { query }, signal }))
}

/** How many couriers there are of each kind, per capability and connector: for the filters. */
export const countsQuery = queryOptions({
  queryKey: ['couriers', 'counts'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/couriers', { params: { query: { limit: 1 } }, signal })),
  staleTime: 10 * 60_000,
})

export function courierQuery(code: string) {
  return queryOptions({
    queryKey: ['courier', code],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/couriers/{courier}', { params: { path: { courier: code } }, signal })),
  })
}
