import { useMutation } from '@tanstack/react-query'
import { App, Button, Input, Modal } from 'antd'
import { useState } from 'react'
import { api, unwrap } from '@/api'
import { common, useLocale, useMessages } from '@/i18n'
import { missingParts, type ParsedAddress, PasteAddress } from '@/inputs'
import { errorTitle } from '@/ui'
import { type Order, recipientOf, refreshOrders } from './data'
import styles from './Orders.module.css'
import { orderWords } from './words'

interface DialogProps {
  order: Order
  onClose: () => void
}

const REASONS = {
  hold: ['refund', 'address', 'stock'],
  cancel: ['buyer', 'stock', 'duplicate'],
} as const

/** Holding or cancelling an order: never without a reason that others can read. */
export function ReasonDialog({ act, order, onClose }: DialogProps & { act: 'hold' | 'cancel' }) {
  const t = useMessages(orderWords)
  const c = useMessages(common)
  const locale = useLocale()
  const { message } = App.useApp()
  const [reason, setReason] = useState('')
  const send = useMutation({
    mutationFn: () => {
      const init = { params: { path: { sub_order_id: order.id } }, body: { reason: reason.trim() } }
      return unwrap(
        act === 'hold' ? api.POST('/api/v1/orders/{sub_order_id}/hold', init) : api.POST('/api/v1/orders/{sub_order_id}/cancel', init),
      )
    },
    onSuccess: () => {
      message.success((act === 'hold' ? t.held : t.cancelled)(order.sub_order_no))
      refreshOrders()
      onClose()
    },
  })
  const empty = reason.trim() === ''
  return (
    <Modal open title={`${t[act]} ${order.sub_order_no}`} width={480} footer={null} onCancel={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!empty && !send.isPending) send.mutate()
        }}
      >
        <p className={styles.quiet}>{act === 'hold' ? t.holdHow : t.cancelHow}</p>
        <div className={styles.reasons}>
          {REASONS[act].map((key) => (
            <Button key={key} size="small" onClick={() => setReason(t.reasons[key])}>
              {t.reasons[key]}
            </Button>
          ))}
        </div>
        <Input
          autoFocus
          maxLength={200}
          value={reason}
          aria-label={t.reason}
          placeholder={t.reasonHint}
          onChange={(event) => setReason(event.target.value)}
        />
        {send.isError && (
          <p role="alert" className={styles.error}>
            {errorTitle(send.error, locale)}
          </p>
        )}
        <div className={styles.foot}>
          <Button onClick={onClose}>{c.back}</Button>
          <Button type="primary" htmlType="submit" danger={act === 'cancel'} disabled={empty} loading={send.isPending}>
            {t[act]}
          </Button>
        </div>
      </form>
    </Modal>
  )
}

/** 改地址: pasted or typed, as long as nothing has a number yet. */
export function AddressDialog({ order, onClose }: DialogProps) {
  const t = useMessages(orderWords)
  const c = useMessages(common)
  const locale = useLocale()
  const { message } = App.useApp()
  const [address, setAddress] = useState<ParsedAddress | null>(null)
  const ready = address !== null && missingParts(address).length === 0
  const send = useMutation({
    mutationFn: (wish: ParsedAddress) =>
      unwrap(
        api.POST('/api/v1/orders/{sub_order_id}/address', {
          params: { path: { sub_order_id: order.id } },
          body: recipientOf(wish),
        }),
      ),
    onSuccess: () => {
      message.success(t.moved(order.sub_order_no))
      refreshOrders()
      onClose()
    },
  })
  return (
    <Modal open title={`${t.changeAddress} ${order.sub_order_no}`} width={640} footer={null} onCancel={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (ready && !send.isPending) send.mutate(address)
        }}
      >
        <p className={styles.quiet}>{t.addressHow}</p>
        <PasteAddress value={address} onChange={setAddress} autoFocus />
        {send.isError && (
          <p role="alert" className={styles.error}>
            {errorTitle(send.error, locale)}
          </p>
        )}
        <div className={styles.foot}>
          <Button onClick={onClose}>{c.cancel}</Button>
          <Button type="primary" htmlType="submit" disabled={!ready} loading={send.isPending}>
            {t.changeAddress}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
