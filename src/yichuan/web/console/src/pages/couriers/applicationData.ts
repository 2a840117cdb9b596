import { queryOptions } from '@tanstack/react-query'
import { api, type Schema, unwrap } from '@/api/client'
import type { ListQuery } from '@/table'

export type Application = Schema<'ApplicationView'>
export type Granting = Schema<'Granting'>

export const applicationsKey = ['account-applications']

export function loadApplications({ cursor, limit, filters }: ListQuery, signal: AbortSignal) {
  const state = filters.state?.[0] as Application['state'] | undefined
  const query = { cursor: cursor || undefined, limit, state }
  return unwrap(api.GET('/api/v1/account-applications', { params: { query }, signal }))
}

export const applicationQuery = (id: string) =>
  queryOptions({
    queryKey: [...applicationsKey, id],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/v1/account-applications/{application_id}', { params: { path: { application_id: id } }, signal }),
      ),
  })

export const decideApplication = (id: string, body: Schema<'Decision'>) =>
  unwrap(
    api.POST('/api/v1/account-applications/{application_id}/decision', {
      params: { path: { application_id: id } },
      body,
    }),
  )
