import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { api, type Schema, unwrap } from '@/api/client'
import { useLocale } from '@/i18n'
import { randomId } from '@/lib/ids'
import { type ListQuery, listKey } from '@/table'
import { errorTitle } from '@/ui'
import type { Side } from './queue'

export { type Side, sideOf } from './queue'

export type TicketRow = Schema<'TicketRow'>
export type TicketDetail = Schema<'TicketDetail'>
export type TicketMessage = Schema<'TicketMessageView'>
export type Outcome = NonNullable<Schema<'TicketCloseRequest'>['outcome']>

export const OUTCOMES: readonly Outcome[] = [
  'resolved',
  'reshipped',
  'returned',
  'compensated',
  'no_fault',
  'duplicate',
]
export const OTHER: Readonly<Record<Side, Side>> = { merchant: 'service', service: 'merchant' }

export function loadTickets({ filters, q, cursor, limit }: ListQuery, signal: AbortSignal) {
  const one = (key: string) => filters[key]?.[0]
  const query = {
    state: one('state') as TicketRow['state'] | undefined,
    party: one('party') as Side | undefined,
    overdue: one('overdue') === undefined ? undefined : one('overdue') !== 'false',
    merchant_id: one('merchant_id'),
    kind: one('kind'),
    shipment_id: one('shipment_id'),
    q: q || undefined,
    cursor: cursor || undefined,
    limit,
  }
  return unwrap(api.GET('/api/v1/tickets', { params: { query }, signal }))
}

export const ticketQuery = (id: string) =>
  queryOptions({
    queryKey: ['ticket', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/tickets/{ticket_id}', { params: { path: { ticket_id: id } }, signal })),
    refetchInterval: 30_000,
  })

export type Act =
  | { verb: 'reply' | 'note'; body: string }
  | { verb: 'hand-over' | 'reopen'; body: string }
  | { verb: 'close'; body: string; outcome: Outcome }

function send(id: string, act: Act, key: string): Promise<TicketDetail> {
  const path = { ticket_id: id }
  const header = { 'Idempotency-Key': key }
  const { body } = act
  switch (act.verb) {
    case 'reply':
      return unwrap(api.POST('/api/v1/tickets/{ticket_id}/reply', { params: { path, header }, body: { body } }))
    case 'note':
      return unwrap(api.POST('/api/v1/tickets/{ticket_id}/note', { params: { path, header }, body: { body } }))
    case 'hand-over':
      return unwrap(api.POST('/api/v1/tickets/{ticket_id}/hand-over', { params: { path }, body: { body } }))
    case 'reopen':
      return unwrap(api.POST('/api/v1/tickets/{ticket_id}/reopen', { params: { path }, body: { body } }))
    case 'close':
      return unwrap(
        api.POST('/api/v1/tickets/{ticket_id}/close', { params: { path }, body: { body, outcome: act.outcome } }),
      )
  }
}

/** One text is one request, however often it is sent: the key stays until the text has arrived. */
const keys = new Map<string, string>()

function keyOf(id: string, act: Act): string {
  const text = `${id} ${act.verb} ${act.body}`
  const key = keys.get(text) ?? randomId()
  keys.set(text, key)
  return key
}

/** Acts on a ticket; the answer is the ticket as it stands then. */
export function useAct(id: string) {
  const client = useQueryClient()
  const locale = useLocale()
  const { message } = App.useApp()
  return useMutation({
    mutationFn: (act: Act) => send(id, act, keyOf(id, act)),
    onSuccess: (ticket, act) => {
      keys.delete(`${id} ${act.verb} ${act.body}`)
      client.setQueryData(ticketQuery(id).queryKey, ticket)
    },
    onError: (error) => message.error(errorTitle(error, locale)),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: listKey('tickets') })
      void client.invalidateQueries({ queryKey: ['badge', 'tickets'] })
      void client.invalidateQueries({ queryKey: ['overview'] })
    },
  })
}
