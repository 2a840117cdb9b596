import { InboxOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { Link } from 'react-router'
import { api, unwrap } from '@/api/client'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { CopyableNumber, CourierTag, Dash, DetailSkeleton, ErrorState, type Fact, Facts, StateChip, TimeAgo } from '@/ui'
import { useMerchantName } from '../merchants/names'
import { ClaimBeside } from './ClaimBeside'
import type { TicketDetail } from './data'
import styles from './tickets.module.css'
import { words } from './words'

/** What the conversation is about, so that nobody has to look it up. */
export function ParcelBeside({ ticket }: { ticket: TicketDetail }) {
  const t = useMessages(words)
  const staff = useMe().role !== 'merchant'
  const nameOf = useMerchantName()
  const shipment = useQuery({
    queryKey: ['shipment', ticket.shipment_id],
    queryFn: ({ signal }) => {
      const params = { path: { shipment_id: ticket.shipment_id } }
      return unwrap(api.GET('/api/v1/shipments/{shipment_id}', { params, signal }))
    },
  })
  const box = shipment.data
  if (box === undefined) {
    return (
      <aside className={styles.parcel} aria-label={t.parcel}>
        {shipment.isError ? <ErrorState error={shipment.error} compact /> : <DetailSkeleton lines={5} />}
      </aside>
    )
  }
  const to = [box.dest_province, box.dest_city, box.dest_district]
  const facts: (Fact | false)[] = [
    { label: t.shipment, value: <CopyableNumber value={box.shipment_no} /> },
    { label: t.waybill, value: <CopyableNumber value={box.waybill_number} /> },
    { label: t.courier, value: <CourierTag code={box.courier} /> },
    staff && { label: t.merchant, value: nameOf(box.merchant_id) },
    { label: t.to, value: to.filter((part, i) => part && part !== to[i - 1]).join(' ') || <Dash /> },
    { label: t.goods, value: box.goods || <Dash /> },
    { label: t.shipped, value: <TimeAgo at={box.shipped_at} exact /> },
    { label: t.promised, value: <TimeAgo at={box.promised_at} exact /> },
    {
      label: t.lastEvent,
      wide: true,
      value: box.last_event_text ? (
        <>
          {box.last_event_text} · <TimeAgo at={box.last_event_at} />
        </>
      ) : (
        <Dash />
      ),
    },
    ticket.first_response_at !== null && { label: t.responded, value: <TimeAgo at={ticket.first_response_at} exact /> },
    { label: t.sinceOpened, value: <TimeAgo at={ticket.opened_at} exact /> },
  ]
  return (
    <aside className={styles.parcel} aria-label={t.parcel}>
      <div className={styles.head}>
        <strong>{t.parcel}</strong>
        <StateChip milestone={box.milestone} detail={box.detail} withDetail />
      </div>
      <Facts items={facts} />
      <ClaimBeside ticket={ticket} />
      <Link to={`/shipments?id=${box.id}`}>
        <Button icon={<InboxOutlined />} block>
          {t.openShipment}
        </Button>
      </Link>
    </aside>
  )
}
