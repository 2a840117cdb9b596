import { useMutation } from '@tanstack/react-query'
import { App, Button, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { api, unwrap } from '@/api'
import { common, useLocale, useMessages } from '@/i18n'
import { cleanCode } from '@/inputs'
import { createPreference } from '@/lib/storage'
import { useStore } from '@/lib/store'
import { errorTitle } from '@/ui'
import { SuspendedNote } from '../couriers/SuspendedNote'
import styles from './BoxBody.module.css'
import { boxWords } from './boxWords'
import { type Box, refreshQueues } from './data'
import { useCourierOptions } from './filters'
import { NUMBER } from './ownNumbers'

/** The courier whose numbers this clerk types most: the one used last. */
export const lastCourier = createPreference<string>('own-courier', '', (stored) =>
  typeof stored === 'string' ? stored : null,
)

/** 填单号发货 of a single box. */
export default function OwnNumberDialog({ row, onClose }: { row: Box; onClose: () => void }) {
  const t = useMessages(boxWords)
  const c = useMessages(common)
  const locale = useLocale()
  const { message } = App.useApp()
  const courier = useStore(lastCourier)
  const [number, setNumber] = useState('')
  const clean = cleanCode(number)
  const good = NUMBER.test(clean)
  const ship = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/v1/shipments', {
          body: { shipment_id: row.id, method: 'own_number', courier, number: clean },
        }),
      ),
    onSuccess: () => {
      message.success(t.shipped(clean))
      refreshQueues()
      onClose()
    },
  })
  return (
    <Modal open title={t.ownTitle(row.order_no ?? row.shipment_no)} width={460} footer={null} onCancel={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (good && courier !== '' && !ship.isPending) ship.mutate()
        }}
      >
        <p className={styles.quiet}>{t.shipHow}</p>
        <label className={styles.field}>
          {t.courier}
          <Select
            aria-label={t.courier}
            showSearch={{ optionFilterProp: 'label' }}
            options={useCourierOptions()}
            value={courier === '' ? undefined : courier}
            onChange={lastCourier.set}
          />
        </label>
        <label className={styles.field}>
          {t.number}
          <Input
            autoFocus
            size="large"
            autoComplete="off"
            value={number}
            placeholder={t.numberHint}
            status={clean !== '' && !good ? 'error' : undefined}
            onChange={(event) => setNumber(event.target.value)}
          />
          {clean !== '' && !good && <span style={{ color: 'var(--y-broken-text)' }}>{t.numberBad}</span>}
        </label>
        <SuspendedNote courier={courier} />
        {ship.isError && (
          <p role="alert" style={{ color: 'var(--y-broken-text)' }}>
            {errorTitle(ship.error, locale)}
          </p>
        )}
        <div className={styles.foot}>
          <Button onClick={onClose}>{c.cancel}</Button>
          <Button type="primary" htmlType="submit" disabled={!good || courier === ''} loading={ship.isPending}>
            {t.ship}
          </Button>
        </div>
      </form>
    </Modal>
  )
}
