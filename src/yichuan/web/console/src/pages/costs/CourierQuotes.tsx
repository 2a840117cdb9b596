import type { Schema } from '@/api/client'
import { useMessages } from '@/i18n'
import { CourierTag, Dash, EmptyState, Money, PlainTable, TimeAgo } from '@/ui'
import { words } from './words'

type Row = Schema<'CourierQuote'>

/** What the couriers themselves say of the lane, beside our own cards. */
export function CourierQuotes({ rows }: { rows: readonly Row[] }) {
  const t = useMessages(words)
  return (
    <PlainTable
      caption={t.courierQuotes}
      rows={rows}
      rowId={(row) => `${row.courier}/${row.service ?? ''}`}
      empty={<EmptyState title={t.nobodyAsked} how={t.nobodyAskedHow} />}
      columns={[
        { key: 'courier', title: t.courierSays, render: (row) => <CourierTag code={row.courier} /> },
        { key: 'service', title: t.service, render: (row) => row.service ?? <Dash /> },
        {
          key: 'total',
          title: t.total,
          align: 'right',
          render: (row) => (row.total ? <Money value={row.total} /> : <Dash />),
        },
        { key: 'by', title: t.promised, render: (row) => <TimeAgo at={row.by} exact /> },
        {
          key: 'errors',
          title: t.remark,
          render: (row) => (row.errors.length > 0 ? `${t.courierRefused}${row.errors.join(', ')}` : row.text || <Dash />),
        },
      ]}
    />
  )
}
