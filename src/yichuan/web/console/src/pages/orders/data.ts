import { queryOptions } from '@tanstack/react-query'
import { api, queryClient, type Schema, unwrap } from '@/api'
import type { ParsedAddress } from '@/inputs'
import { listKey } from '@/table'

export type Order = Schema<'SubOrderRow'>
export type OrderState = Order['state']

export const STATES = ['open', 'packed', 'held', 'shipped', 'completed', 'cancelled'] as const satisfies readonly OrderState[]

export const orderQuery = (id: string) =>
  queryOptions({
    queryKey: ['order', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/orders/{sub_order_id}', { params: { path: { sub_order_id: id } }, signal })),
  })

/** Everything that an order's change changes. */
export function refreshOrders(): void {
  void queryClient.invalidateQueries({ queryKey: listKey('orders') })
  void queryClient.invalidateQueries({ queryKey: ['order'] })
  void queryClient.invalidateQueries({ queryKey: ['shipment'] })
  void queryClient.invalidateQueries({ queryKey: ['printing'] })
  for (const name of ['printing', 'printing-hand-over', 'printing-all', 'shipments']) {
    void queryClient.invalidateQueries({ queryKey: listKey(name) })
  }
}

export const canHold = ({ state }: Order) => state === 'open' || state === 'packed'
export const canChange = ({ state }: Order) => state === 'open' || state === 'packed' || state === 'held'

/** A pasted and checked address as the API takes it. */
export function recipientOf(address: ParsedAddress): Schema<'RecipientIn'> {
  const { name, phone, province, city, district, street, detail } = address
  return { name, phone, province, city, district, address: `${street}${detail}` }
}
