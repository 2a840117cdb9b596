import { EyeInvisibleOutlined, EyeOutlined } from '@ant-design/icons'
import { useMutation } from '@tanstack/react-query'
import { App, Button, Input, Modal } from 'antd'
import { useEffect, useState } from 'react'
import { api, type Schema, unwrap } from '@/api'
import { common, useLocale, useMessages } from '@/i18n'
import { CopyableNumber, Dash, errorTitle, Facts, Panel } from '@/ui'
import type { Detail } from './data'
import { detailWords } from './detailWords'
import styles from './shipments.module.css'

/** Hidden again after this long: screens in warehouses are seen by many. */
const SHOWN_MS = 60_000

type Clear = Schema<'RecipientClear'>

function useReveal(shipmentId: string) {
  const locale = useLocale()
  const { message } = App.useApp()
  const [clear, setClear] = useState<Clear | null>(null)
  useEffect(() => {
    if (clear === null) return undefined
    const timer = setTimeout(() => setClear(null), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [clear])
  const ask = useMutation({
    mutationFn: (purpose: string) => {
      const params = { path: { shipment_id: shipmentId } }
      return unwrap(api.POST('/api/v1/shipments/{shipment_id}/recipient', { params, body: { purpose } }))
    },
    onSuccess: setClear,
    onError: (error) => message.error(errorTitle(error, locale)),
  })
  return { clear, ask, hide: () => setClear(null) }
}

/** Whom it goes to: masked, and in clear for a minute to whoever says what for. */
export function RecipientPanel({ shipment }: { shipment: Detail }) {
  const t = useMessages(detailWords)
  const [asking, setAsking] = useState(false)
  const { clear, ask, hide } = useReveal(shipment.id)
  const area = [shipment.dest_province, shipment.dest_city, shipment.dest_district]
  const place = area.filter((part, index) => part && part !== area[index - 1]).join(' ')
  const button =
    clear === null ? (
      <Button size="small" icon={<EyeOutlined />} onClick={() => setAsking(true)}>
        {t.reveal}
      </Button>
    ) : (
      <Button size="small" icon={<EyeInvisibleOutlined />} onClick={hide}>
        {t.hide}
      </Button>
    )
  return (
    <Panel title={t.recipient} extra={button}>
      <Facts
        items={[
          { label: t.name, value: clear?.name ?? shipment.recipient_name ?? <Dash /> },
          {
            label: t.phone,
            value: clear ? <CopyableNumber value={clear.phone} /> : (shipment.recipient_phone ?? <Dash />),
          },
          { label: t.address, value: clear ? `${place} ${clear.address}` : place || <Dash />, wide: true },
          shipment.remark !== null && { label: t.remark, value: shipment.remark, wide: true },
        ]}
      />
      {asking && (
        <PurposeDialog
          onCancel={() => setAsking(false)}
          onSay={(purpose) => {
            setAsking(false)
            ask.mutate(purpose)
          }}
        />
      )}
    </Panel>
  )
}

function PurposeDialog({ onSay, onCancel }: { onSay: (purpose: string) => void; onCancel: () => void }) {
  const t = useMessages(detailWords)
  const c = useMessages(common)
  const [purpose, setPurpose] = useState('')
  const said = purpose.trim()
  const good = said.length >= 2
  return (
    <Modal
      open
      title={t.reveal}
      okText={t.show}
      cancelText={c.cancel}
      okButtonProps={{ disabled: !good }}
      onOk={() => onSay(said)}
      onCancel={onCancel}
    >
      <p className={styles.hint}>{t.revealHow}</p>
      <div className={styles.line} style={{ marginBottom: 12 }}>
        {Object.values(t.purposes).map((one) => (
          <Button key={one} size="small" onClick={() => setPurpose(one)}>
            {one}
          </Button>
        ))}
      </div>
      <Input
        autoFocus
        aria-label={t.purpose}
        placeholder={t.purpose}
        maxLength={100}
        value={purpose}
        onChange={(event) => setPurpose(event.target.value)}
        onPressEnter={() => good && onSay(said)}
      />
    </Modal>
  )
}
