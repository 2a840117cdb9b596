import { api, type Schema, unwrap } from '@/api/client'

export type Side = Schema<'TicketRow'>['party']

export const sideOf = (role: string): Side => (role === 'merchant' ? 'merchant' : 'service')

/** How many tickets wait for a side, as far as one page tells. */
export async function waitingFor(side: Side, signal: AbortSignal): Promise<number> {
  const query = { state: 'open', party: side, limit: 100 } as const
  const page = await unwrap(api.GET('/api/v1/tickets', { params: { query }, signal }))
  return page.items.length
}
