import { useMemo } from 'react'
import { Link } from 'react-router'
import { api, type Schema, unwrap } from '@/api/client'
import { useMessages } from '@/i18n'
import { type Column, DataTable, type ListQuery, WIDTH } from '@/table'
import { CourierTag, Money, PageHeader, PageStack, TimeAgo } from '@/ui'
import { CostsNav } from './CostsNav'
import { words } from './words'

type Row = Schema<'BillView'>

const rowId = (row: Row) => row.id

function load({ cursor, limit }: ListQuery, signal: AbortSignal) {
  return unwrap(api.GET('/api/v1/bills', { params: { query: { cursor: cursor || undefined, limit } }, signal }))
}

/** Couriers' bills, with what we expected and what can be claimed back. */
export function Component() {
  const t = useMessages(words)
  const columns = useMemo<Column<Row>[]>(
    () => [
      {
        key: 'bill',
        title: t.billNo,
        width: WIDTH.number,
        always: true,
        card: 'title',
        render: (row) => <Link to={`/costs/bills/${row.id}`}>{row.bill_no}</Link>,
      },
      { key: 'courier', title: t.courier, width: WIDTH.courier, render: (row) => <CourierTag code={row.courier} /> },
      { key: 'period', title: t.period, width: WIDTH.count, render: (row) => row.period },
      {
        key: 'lines',
        title: t.lines,
        width: WIDTH.count,
        align: 'right',
        render: (row) => row.lines.toLocaleString(),
      },
      {
        key: 'explained',
        title: t.explained,
        width: WIDTH.amount,
        align: 'right',
        render: (row) => (row.lines > 0 ? `${((100 * row.explained) / row.lines).toFixed(1)}%` : ''),
      },
      { key: 'payable', title: t.payable, width: WIDTH.amount + 20, align: 'right', render: (row) => <Money value={row.payable} /> },
      { key: 'expected', title: t.expected, width: WIDTH.amount + 20, align: 'right', render: (row) => <Money value={row.expected} /> },
      { key: 'difference', title: t.difference, width: WIDTH.amount + 20, align: 'right', render: (row) => <Money value={row.difference} /> },
      { key: 'claim', title: t.claim, width: WIDTH.amount + 20, align: 'right', render: (row) => <Money value={row.claim} /> },
      {
        key: 'checked',
        title: t.reconciled,
        width: WIDTH.time,
        render: (row) => (row.reconciled_at === null ? t.notReconciled : <TimeAgo at={row.reconciled_at} />),
      },
    ],
    [t],
  )
  return (
    <PageStack>
      <PageHeader title={t.title} subtitle={t.subtitle} />
      <CostsNav />
      <DataTable<Row>
        name="bills"
        rowId={rowId}
        columns={columns}
        load={load}
        empty={{ title: t.noBills, how: t.noBillsHow }}
      />
    </PageStack>
  )
}
