import { CheckOutlined } from '@ant-design/icons'
import { App, Button } from 'antd'
import { useState } from 'react'
import { formatMinute } from '@/format'
import { useLocale, useMessages } from '@/i18n'
import { CopyableNumber, CourierTag, Dash, Deadline, errorTitle, Facts, Panel, TimeAgo } from '@/ui'
import type { RowAction } from '@/table'
import { deadlineWords } from '../exceptions/words'
import type { Detail, Row } from './data'
import { detailWords } from './detailWords'
import { DeliveryPromise, ShipPromise } from './Promise'
import styles from './shipments.module.css'
import { useActs } from './useActs'

/** Who carries it, how far it is, and whether the promises hold. */
export function ShipmentHead({ shipment }: { shipment: Detail }) {
  return (
    <div className={styles.head}>
      {shipment.waybill_number !== null && (
        <div className={styles.carrier}>
          <CourierTag code={shipment.courier} />
          <CopyableNumber value={shipment.waybill_number} />
        </div>
      )}
      {shipment.last_event_text !== null && (
        <p className={styles.latest}>
          {shipment.last_event_text} · <TimeAgo at={shipment.last_event_at} />
        </p>
      )}
      <ActButtons shipment={shipment} />
      <Panel>
        <div className={styles.state}>
          <Steps shipment={shipment} />
          <Promises shipment={shipment} />
        </div>
      </Panel>
    </div>
  )
}

const RETURNS: readonly string[] = ['returning', 'returned']

function Steps({ shipment }: { shipment: Detail }) {
  const t = useMessages(detailWords)
  const labelled = shipment.ship_method === null || shipment.ship_method === 'hub_waybill'
  const steps: (readonly [string, string | null])[] = [
    shipment.paid_at === null ? [t.created, shipment.created_at] : [t.paid, shipment.paid_at],
    ...(labelled ? [[t.printed, shipment.printed_at] as const] : []),
    [t.shipped, shipment.shipped_at],
    [t.pickedUp, shipment.picked_up_at],
    RETURNS.includes(shipment.milestone)
      ? [t.returned, shipment.milestone === 'returned' ? shipment.last_event_at : null]
      : [t.delivered, shipment.delivered_at],
  ]
  return (
    <ol className={`${styles.steps} ${shipment.delivered_at === null ? '' : styles.finished}`} aria-label={t.steps}>
      {steps.map(([word, at]) => (
        <li key={word} className={`${styles.step} ${at === null ? '' : styles.reached}`}>
          <span className={styles.mark}>{at !== null && <CheckOutlined aria-hidden />}</span>
          {word}
          <small>{at === null ? t.notYet : formatMinute(new Date(at)).slice(5)}</small>
        </li>
      ))}
    </ol>
  )
}

function Due({ at }: { at: string | null }) {
  const t = useMessages(detailWords)
  if (at === null) return null
  return <span className={styles.under}>{t.due(formatMinute(new Date(at)))}</span>
}

function Promises({ shipment }: { shipment: Detail }) {
  const t = useMessages(detailWords)
  const clocks = useMessages(deadlineWords)
  const next = shipment.next_deadline as keyof typeof clocks | null
  return (
    <Facts
      items={[
        {
          label: t.shipBy,
          value: (
            <span className={styles.two}>
              <span>
                <ShipPromise row={shipment} />
              </span>
              <Due at={shipment.ship_by} />
            </span>
          ),
        },
        {
          label: t.deliverBy,
          value: (
            <span className={styles.two}>
              <span>
                <DeliveryPromise row={shipment} />
              </span>
              <Due at={shipment.promised_at} />
            </span>
          ),
        },
        next !== null && {
          label: `${t.nextClock} · ${clocks[next] ?? next}`,
          value: shipment.next_deadline_at === null ? <Dash /> : <Deadline at={shipment.next_deadline_at} />,
        },
      ]}
    />
  )
}

/** The same acts as in the list, as buttons. */
function ActButtons({ shipment }: { shipment: Detail }) {
  const acts = useActs()
  const offered = acts.of(shipment)
  return (
    <div className={styles.line}>
      {offered.map((act, index) => (
        <ActButton key={act.key} act={act} row={shipment} primary={index === 0 && act.key !== 'buyer'} />
      ))}
      {acts.dialogs}
    </div>
  )
}

function ActButton({ act, row, primary }: { act: RowAction<Row>; row: Row; primary: boolean }) {
  const locale = useLocale()
  const { message } = App.useApp()
  const [busy, setBusy] = useState(false)
  const run = async () => {
    setBusy(true)
    try {
      await act.run(row)
    } catch (error) {
      message.error(errorTitle(error, locale))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Button
      type={primary ? 'primary' : 'default'}
      icon={act.icon}
      loading={busy}
      disabled={act.disabled ?? false}
      onClick={() => void run()}
    >
      {act.label}
    </Button>
  )
}
