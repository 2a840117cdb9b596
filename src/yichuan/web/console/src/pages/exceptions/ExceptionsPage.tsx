import { CheckOutlined, ControlOutlined, CustomerServiceOutlined, HourglassOutlined, InboxOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useMemo, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { useMe } from '@/auth/useMe'
import { courierNamesQuery, PROBLEM_KINDS, partyWords, useProblemName } from '@/domain'
import { useLocale, useMessages } from '@/i18n'
import { DataTable, type Detail, type Filter, type PresetView, type RowAction } from '@/table'
import { PageHeader, ProblemChip } from '@/ui'
import { merchantFilter, useMerchantName } from '../merchants/names'
import { CloseDialog } from './CloseDialog'
import { columnsFor } from './columns'
import { isProblem, loadProblems, PARTIES, type ProblemRow, summaryQuery, useCloseProblem } from './data'
import { FirstView } from './FirstView'
import { KindStrip } from './KindStrip'
import { ProblemDetail } from './ProblemDetail'
import { Storms } from './Storms'
import { words } from './words'

const detail: Detail<ProblemRow> = {
  title: ({ row }) => (row ? <ProblemChip kind={row.kind} severity={row.severity} /> : ''),
  body: ProblemDetail,
  path: (id) => `/exceptions?id=${id}`,
}

/** Problems of all parcels, the open ones first. */
export function Component() {
  return (
    <FirstView search="?open=true">
      <Page />
    </FirstView>
  )
}

function Page() {
  const t = useMessages(words)
  const me = useMe()
  const staff = me.role !== 'merchant'
  const summary = useQuery(summaryQuery).data
  const merchantName = useMerchantName()
  const columns = useMemo(() => columnsFor(t, staff, merchantName), [t, staff, merchantName])
  const [closing, setClosing] = useState<ProblemRow | null>(null)
  const close = useCloseProblem(() => setClosing(null))
  return (
    <>
      <PageHeader title={t.title} subtitle={t.subtitle} actions={<Actions rules={me.role === 'operator'} />} />
      <Storms storms={summary?.storms ?? []} />
      <KindStrip open={summary?.open} />
      <DataTable<ProblemRow>
        name="exceptions"
        columns={columns}
        rowId={(row) => row.id}
        load={loadProblems}
        filters={useFilters(staff)}
        views={useViews(staff)}
        rowActions={useActions(staff, setClosing)}
        detail={detail}
        rowTone={(row) => (row.closed_at || row.severity === 1 ? undefined : row.severity === 3 ? 'broken' : 'risk')}
        refreshEvery={60_000}
        live={isProblem}
        empty={{ title: t.empty, how: t.emptyHow }}
      />
      {closing && (
        <CloseDialog
          title={`${t.close} · ${closing.shipment_no ?? ''}`}
          busy={close.isPending}
          onCancel={() => setClosing(null)}
          onClose={(reason) => close.mutate({ id: closing.id, reason })}
        />
      )}
    </>
  )
}

function Actions({ rules }: { rules: boolean }) {
  const t = useMessages(words)
  return (
    <>
      <Link to="/exceptions/upcoming">
        <Button icon={<HourglassOutlined />} block>
          {t.upcoming}
        </Button>
      </Link>
      {rules && (
        <Link to="/exceptions/rules">
          <Button icon={<ControlOutlined />} block>
            {t.settings}
          </Button>
        </Link>
      )}
    </>
  )
}

function useViews(staff: boolean): PresetView[] {
  const t = useMessages(words)
  return [
    { key: 'open', label: t.open, filters: { open: ['true'] } },
    staff
      ? { key: 'couriers', label: t.byCourier, filters: { open: ['true'], party: ['courier'] } }
      : { key: 'mine', label: t.mine, filters: { open: ['true'], party: ['merchant'] } },
    { key: 'closed', label: t.closed, filters: { open: ['false'] } },
  ]
}

function useFilters(staff: boolean): Filter[] {
  const t = useMessages(words)
  const parties = useMessages(partyWords)
  const nameOf = useProblemName()
  const couriers = useCourierOptions()
  return [
    {
      key: 'open',
      label: t.state,
      kind: 'choice',
      single: true,
      options: [
        { value: 'true', label: t.open },
        { value: 'false', label: t.closed },
      ],
    },
    {
      key: 'kind',
      label: t.kind,
      kind: 'choice',
      single: true,
      options: PROBLEM_KINDS.map((kind) => ({ value: kind, label: nameOf(kind) })),
    },
    {
      key: 'party',
      label: t.party,
      kind: 'choice',
      single: true,
      options: PARTIES.map((party) => ({ value: party, label: parties[party] })),
    },
    { key: 'courier', label: t.courier, kind: 'choice', single: true, options: couriers },
    ...(staff ? [merchantFilter(t.merchant)] : []),
    { key: 'province', label: t.province, kind: 'text', more: true },
    { key: 'city', label: t.city, kind: 'text', more: true },
  ]
}

export function useCourierOptions() {
  const locale = useLocale()
  const couriers = useQuery(courierNamesQuery).data
  const served = [...(couriers?.values() ?? [])].filter((courier) => courier.served)
  return served.map(({ code, name_zh, name_en }) => ({
    value: code,
    label: locale === 'zh-CN' ? name_zh : (name_en ?? code),
  }))
}

function useActions(staff: boolean, onClose: (row: ProblemRow) => void) {
  const t = useMessages(words)
  const navigate = useNavigate()
  return (row: ProblemRow): RowAction<ProblemRow>[] => [
    {
      key: 'ticket',
      label: t.openTicket,
      icon: <CustomerServiceOutlined />,
      disabled: row.ticket_id === null,
      run: () => void navigate(`/tickets?id=${row.ticket_id ?? ''}`),
    },
    {
      key: 'shipment',
      label: t.openShipment,
      icon: <InboxOutlined />,
      run: () => void navigate(`/shipments?id=${row.shipment_id}`),
    },
    ...(staff
      ? [
          {
            key: 'close',
            label: t.close,
            icon: <CheckOutlined />,
            disabled: row.closed_at !== null,
            run: () => onClose(row),
          },
        ]
      : []),
  ]
}
