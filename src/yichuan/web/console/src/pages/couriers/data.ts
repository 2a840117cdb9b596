import { queryOptions } from '@tanstack/react-query'
import { api, type Schema, unwrap } from '@/api/client'

export type Account = Schema<'AccountView'>
export type Connection = Schema<'ConnectionView'>
export type AccountWish = Schema<'AccountRequest'>
export type ConnectionWish = Schema<'ConnectionRequest'>
export type ConnectionChange = Schema<'ConnectionChange'>
export type Connector = Schema<'ConnectorView'>

export const accountsQuery = queryOptions({
  queryKey: ['courier-accounts'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/courier-accounts', { signal })),
})

export const connectionsQuery = queryOptions({
  queryKey: ['courier-connections'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/courier-connections', { signal })),
})

export const servedQuery = queryOptions({
  queryKey: ['couriers', 'served'],
  queryFn: ({ signal }) =>
    unwrap(api.GET('/api/v1/couriers', { params: { query: { served: true, limit: 200 } }, signal })),
  staleTime: 60_000,
})

export function testAccount(id: string) {
  const params = { path: { account_id: id } }
  return unwrap(api.POST('/api/v1/courier-accounts/{account_id}/test', { params }))
}

export function switchAccount(id: string, enabled: boolean) {
  const params = { path: { account_id: id } }
  return unwrap(api.PATCH('/api/v1/courier-accounts/{account_id}', { params, body: { enabled } }))
}

export function addAccount(body: AccountWish) {
  return unwrap(api.POST('/api/v1/courier-accounts', { body }))
}

export function addConnection(body: ConnectionWish) {
  return unwrap(api.POST('/api/v1/courier-connections', { body }))
}

export function changeConnection(id: string, body: ConnectionChange) {
  const params = { path: { connection_id: id } }
  return unwrap(api.PATCH('/api/v1/courier-connections/{connection_id}', { params, body }))
}

export function testConnection(id: string) {
  const params = { path: { connection_id: id } }
  return unwrap(api.POST('/api/v1/courier-connections/{connection_id}/test', { params }))
}

export const connectorsQuery = queryOptions({
  queryKey: ['connectors'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/connectors', { signal })),
  staleTime: 600_000,
})

export function healthQuery(id: string) {
  const params = { path: { connection_id: id } }
  return queryOptions({
    queryKey: ['courier-connections', id, 'health'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/courier-connections/{connection_id}/health', { params, signal })),
  })
}

/** How asking for numbers whose pushes do not come goes at a connection. */
export function pollingQuery(id: string) {
  const params = { path: { connection_id: id } }
  return queryOptions({
    queryKey: ['courier-connections', id, 'polling'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/courier-connections/{connection_id}/polling', { params, signal })),
    refetchInterval: 30_000,
  })
}

export const quotasQuery = queryOptions({
  queryKey: ['courier-account-quotas'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/courier-account-quotas', { signal })),
})

export function setQuota(account_id: string, merchant_id: string, body: Schema<'QuotaRequest'>) {
  const params = { path: { account_id, merchant_id } }
  return unwrap(api.PUT('/api/v1/courier-accounts/{account_id}/quotas/{merchant_id}', { params, body }))
}
