import { App } from 'antd'
import { useState } from 'react'
import { api } from '@/api'
import { useMessages } from '@/i18n'
import { type Order, refreshOrders } from './data'
import { AddressDialog, ReasonDialog } from './OrderDialogs'
import { orderWords } from './words'

type Open = { kind: 'hold' | 'cancel' | 'address'; order: Order }

/** What can be done with an order, and the dialogs it takes. */
export function useOrderActs() {
  const t = useMessages(orderWords)
  const { message } = App.useApp()
  const [open, setOpen] = useState<Open | null>(null)
  const close = () => setOpen(null)
  return {
    element: open !== null && (
      <>
        {open.kind === 'address' && <AddressDialog order={open.order} onClose={close} />}
        {open.kind !== 'address' && <ReasonDialog act={open.kind} order={open.order} onClose={close} />}
      </>
    ),
    hold: (order: Order) => setOpen({ kind: 'hold', order }),
    cancel: (order: Order) => setOpen({ kind: 'cancel', order }),
    address: (order: Order) => setOpen({ kind: 'address', order }),
    release: async (order: Order) => {
      await api.POST('/api/v1/orders/{sub_order_id}/release', { params: { path: { sub_order_id: order.id } } })
      message.success(t.released(order.sub_order_no))
      refreshOrders()
    },
  }
}

export type OrderActs = ReturnType<typeof useOrderActs>
