import { ArrowDownOutlined, ArrowUpOutlined, PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useMemo, useState } from 'react'
import { useMe } from '@/auth/useMe'
import { formatCount, formatPercent } from '@/format'
import { useMessages } from '@/i18n'
import { type Column, DataTable, type Detail, type Filter, WIDTH } from '@/table'
import { Dash, PageHeader } from '@/ui'
import { loadMerchants, merchantQuery, partOf, type Row, TARGET } from './data'
import { Grade } from './Grade'
import { AdmitForm } from './MerchantForm'
import { MerchantBody } from './MerchantBody'
import styles from './merchants.module.css'
import { StatusChip } from './StatusChip'
import { modeWords, statusWords, tierWords, words } from './words'

const detail: Detail<Row> = {
  title: ({ id }) => <MerchantName id={id} />,
  body: ({ id }) => <MerchantBody id={id} />,
  path: (id) => `/merchants/${id}`,
  width: 760,
}

function MerchantName({ id }: { id: string }) {
  return useQuery(merchantQuery(id)).data?.name
}

/** Merchants for staff; a merchant sees its own score here. */
export function Component() {
  const merchant = useMe().merchant
  return merchant ? <OwnScore id={merchant.id} name={merchant.name} /> : <Merchants />
}

function OwnScore({ id, name }: { id: string; name: string }) {
  const t = useMessages(words)
  return (
    <>
      <PageHeader title={t.scoreTitle} subtitle={`${name} · ${t.scoreSubtitle}`} />
      <MerchantBody id={id} />
    </>
  )
}

function Merchants() {
  const t = useMessages(words)
  const operator = useMe().role === 'operator'
  const [admitting, setAdmitting] = useState(false)
  const add = operator && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdmitting(true)}>
      {t.admit}
    </Button>
  )
  return (
    <>
      <PageHeader title={t.title} subtitle={t.subtitle} actions={add || undefined} />
      <DataTable<Row>
        name="merchants"
        columns={useColumns()}
        rowId={(row) => row.id}
        load={loadMerchants}
        filters={useFilters()}
        searchHint={t.search}
        views={[
          { key: 'low', label: t.low, filters: { low: ['1'] }, sort: 'score' },
          { key: 'restricted', label: t.restricted, filters: { status: ['restricted'] } },
        ]}
        defaultSort="score"
        detail={detail}
        rowTone={(row) => (row.card && row.card.score < TARGET ? (row.card.score < 60 ? 'broken' : 'risk') : undefined)}
        empty={{ title: t.empty, how: t.emptyHow }}
      />
      {admitting && <AdmitForm onDone={() => setAdmitting(false)} />}
    </>
  )
}

function useFilters(): Filter[] {
  const t = useMessages(words)
  const [tiers, statuses, modes] = [useMessages(tierWords), useMessages(statusWords), useMessages(modeWords)]
  const choice = (key: string, label: string, names: Readonly<Record<string, string>>): Filter => ({
    key,
    label,
    kind: 'choice',
    options: Object.entries(names).map(([value, name]) => ({ value, label: name })),
  })
  return [
    choice('status', t.status, statuses),
    choice('tier', t.tier, tiers),
    choice('logistics_mode', t.mode, modes),
    { key: 'low', label: t.low, kind: 'flag' },
  ]
}

function Share({ row, part }: { row: Row; part: string }) {
  const value = partOf(row, part)?.value
  return value === null || value === undefined ? <Dash /> : formatPercent(value)
}

function Change({ row }: { row: Row }) {
  const change = row.card?.change
  if (change === null || change === undefined) return <Dash />
  if (Math.abs(change) < 0.05) return '0.0'
  return (
    <span className={change < 0 ? styles.worse : styles.better}>
      {change < 0 ? <ArrowDownOutlined /> : <ArrowUpOutlined />} {Math.abs(change).toFixed(1)}
    </span>
  )
}

function useColumns(): Column<Row>[] {
  const t = useMessages(words)
  const [tiers, modes] = [useMessages(tierWords), useMessages(modeWords)]
  return useMemo(
    (): Column<Row>[] => [
      { key: 'name', title: t.name, width: 168, always: true, card: 'title', render: (row) => <strong>{row.name}</strong> },
      { key: 'code', title: t.code, width: 104, sort: true, render: (row) => <span className="y-mono">{row.code}</span> },
      { key: 'status', title: t.status, width: 96, card: 'state', render: (row) => <StatusChip status={row.status} /> },
      {
        key: 'score',
        title: t.score,
        width: 148,
        sort: true,
        render: (row) =>
          row.card ? (
            <span className={styles.cell}>
              <strong>{row.card.score.toFixed(1)}</strong> <Grade grade={row.card.grade} />
            </span>
          ) : (
            <span className={styles.quiet}>{t.noScore}</span>
          ),
      },
      { key: 'change', title: t.change, width: 92, align: 'right', render: (row) => <Change row={row} /> },
      {
        key: 'on_time',
        title: t.onTime,
        width: 116,
        align: 'right',
        sort: true,
        render: (row) => <Share row={row} part="on_time_shipping" />,
      },
      {
        key: 'pickup',
        title: t.pickup,
        width: 128,
        align: 'right',
        sort: true,
        render: (row) => <Share row={row} part="pickup_in_24h" />,
      },
      {
        key: 'shipments',
        title: t.shipments,
        width: WIDTH.count + 12,
        align: 'right',
        sort: true,
        render: (row) => (row.card ? formatCount(row.card.shipments) : <Dash />),
      },
      { key: 'tier', title: t.tier, width: 72, render: (row) => tiers[row.tier] },
      { key: 'mode', title: t.mode, width: 112, render: (row) => modes[row.logistics_mode] },
      { key: 'promise', title: t.promise, width: 92, render: (row) => t.hours(row.ship_within_hours) },
      { key: 'category', title: t.category, width: 120, hidden: true, render: (row) => row.category ?? <Dash /> },
    ],
    [t, tiers, modes],
  )
}
