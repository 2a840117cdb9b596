import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { api, type Schema, unwrap } from '@/api/client'
import { useLocale, useMessages } from '@/i18n'
import type { Change } from '@/live'
import { type ListQuery, listKey } from '@/table'
import { errorTitle } from '@/ui'
import { words } from './words'

export type ProblemRow = Schema<'ProblemRow'>
export type Kind = ProblemRow['kind']
export type Party = ProblemRow['party']
export type Deadline = NonNullable<Schema<'ProblemKindView'>['deadline']>

export const DEADLINES: readonly Deadline[] = [
  'ship_by',
  'pick_up_by',
  'first_scan_by',
  'scan_by',
  'deliver_by',
  'collect_by',
]
export const PARTIES: readonly Party[] = ['merchant', 'courier', 'platform', 'buyer', 'nobody']

export const summaryQuery = queryOptions({
  queryKey: ['exceptions-summary'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/exceptions/summary', { signal })),
  refetchInterval: 60_000,
})

export const kindsQuery = queryOptions({
  queryKey: ['exception-kinds'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/exceptions/kinds', { signal })),
  staleTime: 60 * 60_000,
})

const OPEN: Readonly<Record<string, boolean>> = { true: true, false: false }

export function loadProblems({ filters, cursor, limit }: ListQuery, signal: AbortSignal) {
  const one = (key: string) => filters[key]?.[0]
  const query = {
    kind: one('kind') as Kind | undefined,
    party: one('party') as Party | undefined,
    open: OPEN[one('open') ?? ''],
    merchant_id: one('merchant_id'),
    courier: one('courier'),
    shipment_id: one('shipment_id'),
    province: one('province'),
    city: one('city'),
    cursor: cursor || undefined,
    limit,
  }
  return unwrap(api.GET('/api/v1/exceptions', { params: { query }, signal }))
}

export const DEFAULT_HOURS = 6

export function loadUpcoming({ filters, cursor, limit }: ListQuery, signal: AbortSignal) {
  const one = (key: string) => filters[key]?.[0]
  const query = {
    hours: Number(one('hours') ?? DEFAULT_HOURS),
    deadline: one('deadline') as Deadline | undefined,
    merchant_id: one('merchant_id'),
    courier: one('courier'),
    cursor: cursor || undefined,
    limit,
  }
  return unwrap(api.GET('/api/v1/exceptions/upcoming', { params: { query }, signal }))
}

export function closeProblem(id: string, reason: string): Promise<unknown> {
  const params = { path: { problem_id: id } }
  return unwrap(api.POST('/api/v1/exceptions/{problem_id}/close', { params, body: { reason } }))
}

/** Closes one problem and shows the lists anew. */
export function useCloseProblem(onDone: () => void) {
  const t = useMessages(words)
  const client = useQueryClient()
  const locale = useLocale()
  const { message } = App.useApp()
  return useMutation({
    mutationFn: ({ id, reason }: { id: string; reason: string }) => closeProblem(id, reason),
    onSuccess: () => {
      message.success(t.closeDone)
      onDone()
    },
    onError: (error) => message.error(errorTitle(error, locale)),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: listKey('exceptions') })
      void client.invalidateQueries(summaryQuery)
      void client.invalidateQueries({ queryKey: ['badge', 'exceptions'] })
    },
  })
}

/** Changes that the list of problems shows. */
export const isProblem = ({ kind }: Change) => kind === 'problem'
