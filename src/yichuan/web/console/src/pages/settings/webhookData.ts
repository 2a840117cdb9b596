import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api, type Schema, unwrap } from '@/api/client'

export type Endpoint = Schema<'EndpointView'>
export type Made = Schema<'EndpointCreated'>
export type Attempt = Schema<'AttemptView'>
export type EventType = Endpoint['event_types'][number]
export type Limits = Schema<'WebhookSettings'>

export interface AttemptFilter {
  event_type?: EventType
  ok?: boolean
  webhook_id?: string
}

export const hooksKey = ['webhook-endpoints'] as const
const at = (endpoint_id: string) => ({ path: { endpoint_id } })

export const hooksQuery = queryOptions({
  queryKey: [...hooksKey, 'list'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/webhook-endpoints', { signal })),
})

export const queueQuery = (id: string) =>
  queryOptions({
    queryKey: [...hooksKey, id, 'queue'],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/webhook-endpoints/{endpoint_id}/queue', { params: at(id), signal })),
    refetchInterval: 5_000,
  })

export const attemptsQuery = (id: string, filter: AttemptFilter) =>
  infiniteQueryOptions({
    queryKey: [...hooksKey, id, 'attempts', filter],
    initialPageParam: '',
    refetchInterval: 5_000,
    queryFn: ({ signal, pageParam }) =>
      unwrap(
        api.GET('/api/v1/webhook-endpoints/{endpoint_id}/attempts', {
          params: { ...at(id), query: { ...filter, cursor: pageParam || undefined, limit: 20 } },
          signal,
        }),
      ),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  })

export const limitsQuery = queryOptions({
  queryKey: ['settings', 'webhooks'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/settings/webhooks', { signal })),
})

export interface HookWish {
  url: string
  event_types: EventType[]
}

export const createHook = (body: HookWish) => unwrap(api.POST('/api/v1/webhook-endpoints', { body }))

export const changeHook = ({ id, ...body }: { id: string } & Schema<'EndpointChange'>) =>
  unwrap(api.PATCH('/api/v1/webhook-endpoints/{endpoint_id}', { params: at(id), body }))

export const removeHook = (id: string) =>
  unwrap(api.DELETE('/api/v1/webhook-endpoints/{endpoint_id}', { params: at(id) }))

export const testHook = (id: string) =>
  unwrap(api.POST('/api/v1/webhook-endpoints/{endpoint_id}/test', { params: at(id) }))

export const pauseHook = (id: string) =>
  unwrap(api.POST('/api/v1/webhook-endpoints/{endpoint_id}/pause', { params: at(id) }))

export const resumeHook = (id: string) =>
  unwrap(api.POST('/api/v1/webhook-endpoints/{endpoint_id}/resume', { params: at(id) }))

export const resendFailed = (id: string) =>
  unwrap(
    api.POST('/api/v1/webhook-endpoints/{endpoint_id}/redeliver-failed', { params: at(id), body: { days: 7 } }),
  )

export const rotateSecret = ({ id, hours }: { id: string; hours: number }) =>
  unwrap(
    api.POST('/api/v1/webhook-endpoints/{endpoint_id}/rotate-secret', {
      params: at(id),
      body: { overlap_hours: hours },
    }),
  )

export const redeliver = ({ id, attempt_id }: { id: string; attempt_id: string }) =>
  unwrap(
    api.POST('/api/v1/webhook-endpoints/{endpoint_id}/attempts/{attempt_id}/redeliver', {
      params: { path: { endpoint_id: id, attempt_id } },
    }),
  )

export const setLimits = (body: Limits) => unwrap(api.PUT('/api/v1/settings/webhooks', { body }))
