import { Link } from 'react-router'
import type { Translation } from '@/i18n/messages'
import { type Column, WIDTH } from '@/table'
import { CopyableNumber, CourierTag, Dash, Deadline, ProblemChip, StateChip, TimeAgo } from '@/ui'
import type { ProblemRow } from './data'
import { useReason } from './reasons'
import type { words } from './words'

type Words = Translation<(typeof words)['zh-CN']>

export function columnsFor(t: Words, staff: boolean, merchantName: (id: string) => string): Column<ProblemRow>[] {
  const columns: (Column<ProblemRow> | false)[] = [
    {
      key: 'kind',
      title: t.kind,
      width: WIDTH.problem,
      always: true,
      card: 'title',
      render: (row) => <ProblemChip kind={row.kind} party={row.party} severity={row.severity} />,
    },
    {
      key: 'clock',
      title: t.clock,
      width: WIDTH.deadline,
      card: 'state',
      render: (row) => (row.closed_at ? <Dash /> : <Deadline at={row.act_by} />),
    },
    {
      key: 'shipment',
      title: t.shipment,
      width: WIDTH.number,
      render: (row) => (
        <CopyableNumber value={row.shipment_no}>
          <Link to={`/shipments?id=${row.shipment_id}`}>{row.shipment_no}</Link>
        </CopyableNumber>
      ),
    },
    {
      key: 'milestone',
      title: t.milestone,
      width: WIDTH.state,
      render: (row) => (row.milestone ? <StateChip milestone={row.milestone} /> : <Dash />),
    },
    { key: 'courier', title: t.courier, width: WIDTH.courier, render: (row) => <CourierTag code={row.courier} /> },
    {
      key: 'waybill',
      title: t.waybill,
      width: WIDTH.number,
      card: 'none',
      render: (row) => <CopyableNumber value={row.waybill_number} />,
    },
    { key: 'place', title: t.place, width: WIDTH.place + 40, render: (row) => place(row) },
    staff && {
      key: 'merchant',
      title: t.merchant,
      width: WIDTH.place + 30,
      render: (row) => merchantName(row.merchant_id),
    },
    { key: 'since', title: t.since, width: WIDTH.time, render: (row) => <TimeAgo at={row.since} /> },
    { key: 'opened', title: t.opened, width: WIDTH.time, hidden: true, render: (row) => <TimeAgo at={row.opened_at} /> },
    {
      key: 'ticket',
      title: t.ticket,
      width: 110,
      render: (row) => (row.ticket_id ? <Link to={`/tickets?id=${row.ticket_id}`}>{t.openTicket}</Link> : <Dash />),
    },
    { key: 'closed', title: t.closedAt, width: WIDTH.time, hidden: true, render: (row) => <TimeAgo at={row.closed_at} /> },
    { key: 'reason', title: t.reason, width: WIDTH.text, hidden: true, render: (row) => <Reason row={row} /> },
  ]
  return columns.filter((column) => column !== false)
}

function Reason({ row }: { row: ProblemRow }) {
  const reasonOf = useReason()
  return row.close_reason === null ? <Dash /> : reasonOf(row.close_reason)
}

export function place({ dest_province, dest_city }: { dest_province: string | null; dest_city: string | null }) {
  const text = [dest_province, dest_city].filter((part, i, all) => part && part !== all[i - 1]).join(' ')
  return text === '' ? <Dash /> : text
}
