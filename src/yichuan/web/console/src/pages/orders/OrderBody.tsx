import { EnvironmentOutlined, PauseCircleOutlined, PlayCircleOutlined, StopOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { api, type Schema, unwrap } from '@/api'
import { isMilestone } from '@/domain'
import { useLocale, useMessages } from '@/i18n'
import {
  CopyableNumber,
  CourierTag,
  Dash,
  Deadline,
  DetailSkeleton,
  ErrorState,
  errorTitle,
  Facts,
  Masked,
  Money,
  type PlainColumn,
  PlainTable,
  StateChip,
  TimeAgo,
  Weight,
} from '@/ui'
import { canChange, canHold, orderQuery } from './data'
import styles from './Orders.module.css'
import { OrderState } from './OrderState'
import { useOrderActs } from './useOrderActs'
import { orderWords } from './words'

type Whole = Schema<'SubOrderDetail'>
type Line = Whole['lines'][number]

/** One sub-order: for whom, what, in which boxes, and what can still be changed. */
export function OrderBody({ id }: { id: string }) {
  const t = useMessages(orderWords)
  const order = useQuery(orderQuery(id))
  if (order.isError) return <ErrorState compact error={order.error} onRetry={() => void order.refetch()} />
  if (order.data === undefined) return <DetailSkeleton />
  const row = order.data
  const money = { amount_minor: row.amount_minor, currency: row.currency }
  return (
    <div className={styles.body}>
      <Acts order={row} />
      <Facts
        items={[
          { label: t.state, value: <OrderState state={row.state} /> },
          { label: t.number, value: <CopyableNumber value={row.sub_order_no} /> },
          { label: t.main, value: <CopyableNumber value={row.order_no} /> },
          { label: t.shop, value: row.shop_name ?? <Dash /> },
          { label: t.amount, value: <Money value={money} /> },
          { label: t.placed, value: <TimeAgo at={row.placed_at} /> },
          { label: t.paid, value: <TimeAgo at={row.paid_at} /> },
          (row.state === 'open' || row.state === 'packed') && { label: t.shipBy, value: <Deadline at={row.ship_by} /> },
          { label: t.promised, value: <TimeAgo at={row.promised_at} /> },
          row.hold_reason !== null && { label: t.holdReason, value: row.hold_reason, wide: true },
          row.cancel_reason !== null && { label: t.cancelReason, value: row.cancel_reason, wide: true },
          row.remark !== null && { label: t.remark, value: row.remark, wide: true },
        ]}
      />
      <Person order={row} />
      <Goods lines={row.lines} currency={row.currency} />
      <Boxes order={row} />
      {row.siblings.length > 0 && (
        <section className={styles.part}>
          <h3 className={styles.head}>{t.siblings}</h3>
          <ul className={styles.list}>
            {row.siblings.map((one) => (
              <li key={one.id} className={styles.item}>
                <Link to={`/orders/${one.id}`} className="y-mono">
                  {one.sub_order_no}
                </Link>
                <OrderState state={one.state} />
                <span className={styles.quiet}>{one.shop_name}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

function Acts({ order }: { order: Whole }) {
  const t = useMessages(orderWords)
  const locale = useLocale()
  const { message } = App.useApp()
  const acts = useOrderActs()
  const [busy, setBusy] = useState(false)
  if (!canChange(order)) return null
  const release = async () => {
    setBusy(true)
    try {
      await acts.release(order)
    } catch (error) {
      message.error(errorTitle(error, locale))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className={styles.acts}>
      {order.state === 'held' && (
        <Button type="primary" icon={<PlayCircleOutlined />} loading={busy} onClick={() => void release()}>
          {t.release}
        </Button>
      )}
      {canHold(order) && (
        <Button icon={<PauseCircleOutlined />} onClick={() => acts.hold(order)}>
          {t.hold}
        </Button>
      )}
      <Button icon={<EnvironmentOutlined />} onClick={() => acts.address(order)}>
        {t.changeAddress}
      </Button>
      <Button danger icon={<StopOutlined />} onClick={() => acts.cancel(order)}>
        {t.cancel}
      </Button>
      {acts.element}
    </div>
  )
}

function Person({ order }: { order: Whole }) {
  const t = useMessages(orderWords)
  const [address, setAddress] = useState('')
  const { name, phone, phone_valid_until, province, city, district, erased } = order.recipient
  const box = order.shipments[0]
  if (erased) return <Facts items={[{ label: t.recipient, value: t.erased, wide: true }]} />
  const reveal = async () => {
    const person = await unwrap(
      api.POST('/api/v1/shipments/{shipment_id}/recipient', {
        params: { path: { shipment_id: box?.id ?? '' } },
        body: { purpose: t.purpose },
      }),
    )
    setAddress(person.address)
    return `${person.name} ${person.phone}`
  }
  const place = [province, city === province ? null : city, district].filter(Boolean).join(' ')
  return (
    <Facts
      items={[
        {
          label: `${t.recipient} / ${t.phone}`,
          value: <Masked value={[name, phone].filter(Boolean).join(' ')} onReveal={box === undefined ? undefined : reveal} />,
        },
        phone_valid_until != null && { label: t.phoneUntil, value: <TimeAgo at={phone_valid_until} exact /> },
        { label: t.address, value: `${place} ${address}`, wide: true },
      ]}
    />
  )
}

function Goods({ lines, currency }: { lines: readonly Line[]; currency: string }) {
  const t = useMessages(orderWords)
  const columns: PlainColumn<Line>[] = [
    {
      key: 'name',
      title: t.name,
      render: ({ name, sku }) => (
        <span className={styles.two}>
          {name ?? sku}
          {name !== null && <span className={`${styles.under} y-mono`}>{sku}</span>}
        </span>
      ),
    },
    { key: 'quantity', title: t.quantity, align: 'right', render: ({ quantity }) => quantity },
    { key: 'weight', title: t.weight, align: 'right', render: ({ weight_g }) => <Weight grams={weight_g} /> },
    {
      key: 'price',
      title: t.price,
      align: 'right',
      render: ({ unit_price_minor }) =>
        unit_price_minor === null ? <Dash /> : <Money value={{ amount_minor: unit_price_minor, currency }} />,
    },
  ]
  return (
    <section className={styles.part}>
      <h3 className={styles.head}>{t.lines}</h3>
      <PlainTable caption={t.lines} columns={columns} rows={lines} rowId={({ id }) => id} />
    </section>
  )
}

function Boxes({ order }: { order: Whole }) {
  const t = useMessages(orderWords)
  return (
    <section className={styles.part}>
      <h3 className={styles.head}>{t.boxes}</h3>
      {order.shipments.length === 0 && <p className={styles.quiet}>{t.noBoxes}</p>}
      <ul className={styles.list}>
        {order.shipments.map((box) => (
          <li key={box.id} className={styles.item}>
            <Link to={`/shipments/${box.id}`} className="y-mono">
              {box.shipment_no}
            </Link>
            {isMilestone(box.milestone) && <StateChip milestone={box.milestone} />}
            {box.courier !== null && <CourierTag code={box.courier} />}
            {box.waybill_number !== null && <CopyableNumber value={box.waybill_number} />}
          </li>
        ))}
      </ul>
    </section>
  )
}
