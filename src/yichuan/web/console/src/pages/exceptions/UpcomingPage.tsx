import { useMemo } from 'react'
import { Link, useNavigate } from 'react-router'
import { useMe } from '@/auth/useMe'
import type { Schema } from '@/api/client'
import { useMessages } from '@/i18n'
import { type Column, DataTable, type Filter, WIDTH } from '@/table'
import { CopyableNumber, CourierTag, Dash, Deadline, PageHeader, StateChip } from '@/ui'
import { merchantFilter, useMerchantName } from '../merchants/names'
import { place } from './columns'
import { DEADLINES, DEFAULT_HOURS, loadUpcoming } from './data'
import { useCourierOptions } from './ExceptionsPage'
import { deadlineWords, words } from './words'

type Row = Schema<'UpcomingRow'>
const HOURS = [1, 3, DEFAULT_HOURS, 12, 24, 72]

/** Parcels whose clock runs out soon: what can still be saved. */
export function Component() {
  const t = useMessages(words)
  const d = useMessages(deadlineWords)
  const navigate = useNavigate()
  const staff = useMe().role !== 'merchant'
  const columns = useColumns(staff)
  const filters: Filter[] = [
    {
      key: 'hours',
      label: t.hours,
      kind: 'choice',
      single: true,
      options: HOURS.map((n) => ({ value: String(n), label: t.inHours(n) })),
    },
    {
      key: 'deadline',
      label: t.deadline,
      kind: 'choice',
      single: true,
      options: DEADLINES.map((value) => ({ value, label: d[value] })),
    },
    { key: 'courier', label: t.courier, kind: 'choice', single: true, options: useCourierOptions() },
    ...(staff ? [merchantFilter(t.merchant)] : []),
  ]
  return (
    <>
      <PageHeader title={t.upcoming} subtitle={t.upcomingHow} back={{ to: '/exceptions', label: t.title }} />
      <DataTable<Row>
        name="upcoming"
        columns={columns}
        rowId={(row) => row.id}
        load={loadUpcoming}
        filters={filters}
        rowActions={(row) => [
          { key: 'open', label: t.openShipment, run: () => void navigate(`/shipments?id=${row.id}`) },
        ]}
        refreshEvery={60_000}
        empty={{ title: t.upcomingEmpty, how: t.upcomingEmptyHow }}
      />
    </>
  )
}

function useColumns(staff: boolean): Column<Row>[] {
  const t = useMessages(words)
  const d = useMessages(deadlineWords)
  const nameOf = useMerchantName()
  return useMemo(() => {
    const columns: (Column<Row> | false)[] = [
      {
        key: 'shipment',
        title: t.shipment,
        width: WIDTH.number,
        always: true,
        card: 'title',
        render: (row) => (
          <CopyableNumber value={row.shipment_no}>
            <Link to={`/shipments?id=${row.id}`}>{row.shipment_no}</Link>
          </CopyableNumber>
        ),
      },
      {
        key: 'due',
        title: t.due,
        width: 152,
        card: 'state',
        render: (row) => <Deadline at={row.next_deadline_at} />,
      },
      {
        key: 'deadline',
        title: t.deadline,
        width: 112,
        render: (row) => d[row.next_deadline as keyof typeof d] ?? <Dash />,
      },
      { key: 'milestone', title: t.milestone, width: 124, render: (row) => <StateChip milestone={row.milestone} /> },
      { key: 'courier', title: t.courier, width: 148, render: (row) => <CourierTag code={row.courier} /> },
      {
        key: 'waybill',
        title: t.waybill,
        width: 190,
        card: 'none',
        render: (row) => <CopyableNumber value={row.waybill_number} />,
      },
      { key: 'place', title: t.place, width: WIDTH.place + 40, wrap: true, render: (row) => place(row) },
      staff && {
        key: 'merchant',
        title: t.merchant,
        width: 112,
        render: (row) => nameOf(row.merchant_id),
      },
    ]
    return columns.filter((column) => column !== false)
  }, [t, d, nameOf, staff])
}
