import { CheckCircleFilled, ClockCircleOutlined, CloseCircleFilled, StopOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, type Schema, unwrap } from '@/api'
import { useLocale, useMessages } from '@/i18n'
import type { DetailProps } from '@/table'
import {
  Chip,
  CopyableNumber,
  CourierTag,
  Dash,
  Deadline,
  DetailSkeleton,
  ErrorState,
  Facts,
  Masked,
  Money,
  type PlainColumn,
  PlainTable,
  TimeAgo,
  Weight,
} from '@/ui'
import styles from './BoxBody.module.css'
import { boxWords } from './boxWords'
import { HoldChip, SOON_MINUTES } from './columns'
import { type Box, shipmentQuery, waybillsQuery } from './data'
import { LabelPreview } from './LabelPreview'

type Whole = Schema<'ShipmentDetail'>
type Line = Whole['lines'][number]

export function BoxTitle({ row, id }: DetailProps<Box>) {
  return (
    <span style={{ display: 'inline-flex', flexWrap: 'wrap', gap: 8, alignItems: 'center' }}>
      {row?.order_no ?? row?.shipment_no ?? id.slice(-8)}
      {row?.hold && <HoldChip />}
    </span>
  )
}

/** A box as the packing bench needs it: whose, what, where, by when, and its label. */
export function BoxBody({ id }: DetailProps<Box>) {
  const t = useMessages(boxWords)
  const box = useQuery(shipmentQuery(id))
  if (box.isError) return <ErrorState compact error={box.error} onRetry={() => void box.refetch()} />
  if (box.data === undefined) return <DetailSkeleton />
  const row = box.data
  return (
    <div className={styles.body}>
      <Facts
        items={[
          { label: t.clock, value: <Deadline at={row.ship_by} soonMinutes={SOON_MINUTES} /> },
          { label: t.order, value: <CopyableNumber value={row.order_no} /> },
          { label: t.box, value: <CopyableNumber value={row.shipment_no} /> },
          { label: t.shop, value: row.shop_name ?? <Dash /> },
          { label: t.weight, value: <Weight grams={row.weight_g} /> },
          { label: t.paid, value: <TimeAgo at={row.paid_at} /> },
          row.cost_expected !== null && { label: t.cost, value: <Money value={row.cost_expected} /> },
          row.remark !== null && { label: t.remark, value: row.remark, wide: true },
        ]}
      />
      <Person row={row} />
      <Goods lines={row.lines} />
      <Reason row={row} />
      <Waybills id={id} />
      {row.waybill_number !== null && row.ship_method === 'hub_waybill' && <LabelPreview shipmentId={id} />}
    </div>
  )
}

function Person({ row }: { row: Whole }) {
  const t = useMessages(boxWords)
  const [address, setAddress] = useState<string | null>(null)
  const look = async () =>
    unwrap(
      api.POST('/api/v1/shipments/{shipment_id}/recipient', {
        params: { path: { shipment_id: row.id } },
        body: { purpose: t.recipient },
      }),
    )
  const place = [row.dest_province, row.dest_city, row.dest_district].filter(Boolean).join(' ')
  const all = async () => {
    const person = await look()
    setAddress(person.address)
    return `${person.name} ${person.phone}`
  }
  return (
    <Facts
      items={[
        { label: `${t.recipient} / ${t.phone}`, value: <Masked value={[row.recipient_name, row.recipient_phone].filter(Boolean).join(' ')} onReveal={all} /> },
        { label: t.address, value: `${place} ${address ?? ''}`, wide: true },
      ]}
    />
  )
}

function Goods({ lines }: { lines: readonly Line[] }) {
  const t = useMessages(boxWords)
  const columns: PlainColumn<Line>[] = [
    { key: 'name', title: t.name, render: ({ name, sku }) => name ?? sku },
    { key: 'sku', title: t.sku, render: ({ sku }) => <span className="y-mono">{sku}</span> },
    { key: 'quantity', title: t.quantity, align: 'right', render: ({ quantity }) => quantity },
  ]
  return (
    <section className={styles.part}>
      <h3 className={styles.head}>{t.goods}</h3>
      <PlainTable caption={t.goods} columns={columns} rows={lines} rowId={({ id }) => id} />
    </section>
  )
}

function Reason({ row }: { row: Whole }) {
  const t = useMessages(boxWords)
  const locale = useLocale()
  const reason = row.dispatch_reason?.[locale === 'zh-CN' ? 'zh' : 'en']
  if (row.ship_method === 'own_number') return null
  return (
    <section className={styles.part}>
      <h3 className={styles.head}>{t.dispatch}</h3>
      {typeof reason === 'string' ? (
        <p className={styles.reason}>
          <CourierTag code={row.courier} service={row.service} /> {reason}
        </p>
      ) : (
        <p className={styles.quiet}>{t.dispatchLater}</p>
      )}
    </section>
  )
}

const LOOKS = {
  issued: { tone: 'done', icon: CheckCircleFilled },
  requested: { tone: 'waiting', icon: ClockCircleOutlined },
  failed: { tone: 'broken', icon: CloseCircleFilled },
  cancelled: { tone: 'waiting', icon: StopOutlined },
} as const satisfies Record<Schema<'WaybillView'>['state'], unknown>

function Waybills({ id }: { id: string }) {
  const t = useMessages(boxWords)
  const waybills = useQuery(waybillsQuery(id)).data ?? []
  if (waybills.length === 0) return null
  return (
    <section className={styles.part}>
      <h3 className={styles.head}>{t.waybills}</h3>
      <ul className={styles.waybills}>
        {waybills.map((waybill) => (
          <li key={waybill.id} className={styles.waybill}>
            <CourierTag code={waybill.courier} />
            <CopyableNumber value={waybill.number} />
            <Chip {...LOOKS[waybill.state]}>{t[waybill.state]}</Chip>
            {waybill.print_count > 0 && <span className={styles.quiet}>{t.printedTimes(waybill.print_count)}</span>}
            {waybill.failure_text !== null && <span className={styles.quiet}>{waybill.failure_text}</span>}
          </li>
        ))}
      </ul>
    </section>
  )
}
