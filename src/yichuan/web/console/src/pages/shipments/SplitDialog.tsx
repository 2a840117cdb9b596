import { useMutation, useQuery } from '@tanstack/react-query'
import { App, InputNumber, Modal } from 'antd'
import { useState } from 'react'
import { api, unwrap } from '@/api'
import { common, useLocale, useMessages } from '@/i18n'
import { DetailSkeleton, ErrorState, errorTitle } from '@/ui'
import { detailQuery, refresh, type Row } from './data'
import styles from './shipments.module.css'
import { actWords } from './words'

type Wanted = Readonly<Record<string, number>>

function useSplit(row: Row, onDone: () => void) {
  const t = useMessages(actWords)
  const locale = useLocale()
  const { message } = App.useApp()
  return useMutation({
    mutationFn: (wanted: Wanted) => {
      const box = Object.entries(wanted)
        .filter(([, quantity]) => quantity > 0)
        .map(([shipment_line_id, quantity]) => ({ shipment_line_id, quantity }))
      const params = { path: { shipment_id: row.id } }
      return unwrap(api.POST('/api/v1/shipments/{shipment_id}/split', { params, body: { boxes: [box] } }))
    },
    onSuccess: () => {
      message.success(t.splitDone)
      onDone()
    },
    onError: (error) => message.error(errorTitle(error, locale)),
    onSettled: () => refresh(row.id),
  })
}

/** 拆单: pieces for a second box. */
export default function SplitDialog({ row, onClose }: { row: Row; onClose: () => void }) {
  const t = useMessages(actWords)
  const c = useMessages(common)
  const detail = useQuery(detailQuery(row.id))
  const [wanted, setWanted] = useState<Wanted>({})
  const split = useSplit(row, onClose)
  const lines = detail.data?.lines ?? []
  const all = lines.reduce((sum, { quantity }) => sum + quantity, 0)
  const chosen = Object.values(wanted).reduce((sum, quantity) => sum + quantity, 0)
  const good = chosen > 0 && chosen < all
  return (
    <Modal
      open
      title={`${t.split} · ${row.shipment_no}`}
      okText={t.splitIn(chosen)}
      cancelText={c.cancel}
      okButtonProps={{ disabled: !good, loading: split.isPending }}
      onOk={() => split.mutate(wanted)}
      onCancel={onClose}
    >
      <p className={styles.hint}>{t.splitHow}</p>
      {detail.isError && <ErrorState compact error={detail.error} onRetry={() => void detail.refetch()} />}
      {detail.isPending && <DetailSkeleton lines={2} />}
      <ul className={styles.pieces}>
        {lines.map((line) => (
          <li key={line.id}>
            <span>
              {line.name ?? line.sku} <span className={styles.quiet}>{line.sku}</span>
            </span>
            <InputNumber
              aria-label={line.name ?? line.sku}
              min={0}
              max={line.quantity}
              precision={0}
              value={wanted[line.id] ?? 0}
              suffix={t.left(line.quantity)}
              onChange={(quantity) => setWanted({ ...wanted, [line.id]: quantity ?? 0 })}
            />
          </li>
        ))}
      </ul>
      {chosen > 0 && !good && <p className={styles.wrong}>{t.splitStay}</p>}
    </Modal>
  )
}
