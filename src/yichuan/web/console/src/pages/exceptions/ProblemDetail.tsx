import { CustomerServiceOutlined, InboxOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useMe } from '@/auth/useMe'
import { partyWords, severityWords, signReasons } from '@/domain'
import { useMessages } from '@/i18n'
import type { DetailProps } from '@/table'
import {
  CopyableNumber,
  CourierTag,
  Dash,
  Deadline,
  EmptyState,
  type Fact,
  Facts,
  ProblemChip,
  SignReasons,
  StateChip,
  TimeAgo,
} from '@/ui'
import { useMerchantName } from '../merchants/names'
import { CloseDialog } from './CloseDialog'
import { place } from './columns'
import { type ProblemRow, useCloseProblem } from './data'
import styles from './exceptions.module.css'
import { useReason } from './reasons'
import { words } from './words'

/** One problem: what, since when, whose turn, and the ways on from here. */
export function ProblemDetail({ row }: DetailProps<ProblemRow>) {
  const t = useMessages(words)
  if (row === undefined) return <EmptyState compact title={t.notFound} how={t.notFoundHow} />
  return <Known row={row} />
}

function Known({ row }: { row: ProblemRow }) {
  const t = useMessages(words)
  const parties = useMessages(partyWords)
  const severities = useMessages(severityWords)
  const staff = useMe().role !== 'merchant'
  const nameOf = useMerchantName()
  const reasonOf = useReason()
  const facts: (Fact | false)[] = [
    { label: t.shipment, value: <CopyableNumber value={row.shipment_no} /> },
    { label: t.milestone, value: row.milestone ? <StateChip milestone={row.milestone} /> : <Dash /> },
    { label: t.courier, value: <CourierTag code={row.courier} /> },
    { label: t.waybill, value: <CopyableNumber value={row.waybill_number} /> },
    { label: t.place, value: place(row) },
    staff && { label: t.merchant, value: nameOf(row.merchant_id) },
    { label: t.party, value: parties[row.party] },
    { label: t.severity, value: severities[row.severity as 1 | 2 | 3] },
    signReasons(row.evidence).length > 0 && { label: t.why, value: <SignReasons evidence={row.evidence} />, wide: true },
    { label: t.since, value: <TimeAgo at={row.since} exact /> },
    { label: t.opened, value: <TimeAgo at={row.opened_at} exact /> },
    row.closed_at !== null && { label: t.closedAt, value: <TimeAgo at={row.closed_at} exact /> },
    row.closed_at !== null && { label: t.reason, value: row.close_reason === null ? <Dash /> : reasonOf(row.close_reason), wide: true },
  ]
  return (
    <div className={styles.stack}>
      <div className={styles.row}>
        <ProblemChip kind={row.kind} party={row.party} severity={row.severity} size="large" />
        {row.closed_at === null && <Deadline at={row.act_by} />}
      </div>
      <div className={styles.row}>
        {row.ticket_id && (
          <Link to={`/tickets?id=${row.ticket_id}`}>
            <Button type="primary" icon={<CustomerServiceOutlined />}>
              {t.openTicket}
            </Button>
          </Link>
        )}
        <Link to={`/shipments?id=${row.shipment_id}`}>
          <Button icon={<InboxOutlined />}>{t.openShipment}</Button>
        </Link>
        {staff && row.closed_at === null && <CloseButton row={row} />}
      </div>
      <Facts items={facts} />
    </div>
  )
}

function CloseButton({ row }: { row: ProblemRow }) {
  const t = useMessages(words)
  const [asking, setAsking] = useState(false)
  const close = useCloseProblem(() => setAsking(false))
  return (
    <>
      <Button onClick={() => setAsking(true)}>{t.close}</Button>
      {asking && (
        <CloseDialog
          title={`${t.close} · ${row.shipment_no ?? ''}`}
          busy={close.isPending}
          onCancel={() => setAsking(false)}
          onClose={(reason) => close.mutate({ id: row.id, reason })}
        />
      )}
    </>
  )
}
