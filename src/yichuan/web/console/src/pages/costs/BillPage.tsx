import { DownloadOutlined } from '@ant-design/icons'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useMemo } from 'react'
import { Link, useParams } from 'react-router'
import { api, type Schema, unwrap } from '@/api/client'
import { useLocale, useMessages } from '@/i18n'
import type { Translation } from '@/i18n/messages'
import { type Column, DataTable, type Filter, type ListQuery, listKey } from '@/table'
import { Dash, DetailSkeleton, ErrorState, errorTitle, Money, PageHeader, PageStack, Panel, PlainTable, Weight } from '@/ui'
import { MissingRates } from './MissingRates'
import { words } from './words'

type Words = Translation<(typeof words)['zh-CN']>
type Bill = Schema<'BillView'>
type Line = Schema<'BillLineView'>

const rowId = (row: Line) => String(row.line_no)

/** One bill: why it differs from what we expected, and every line of it. */
export function Component() {
  const t = useMessages(words)
  const id = useParams()['id'] ?? ''
  const params = { path: { bill_id: id } }
  const bill = useQuery({
    queryKey: ['bill', id],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/bills/{bill_id}', { params, signal })),
  })
  const back = { to: '/costs/bills', label: t.back }
  if (bill.isError) return <ErrorState error={bill.error} onRetry={() => void bill.refetch()} />
  if (!bill.data) return <DetailSkeleton />
  return (
    <PageStack>
      <PageHeader title={bill.data.bill_no} back={back} actions={<Acts bill={bill.data} />} />
      <MissingRates bill={bill.data} />
      <Findings bill={bill.data} />
      <Lines bill={bill.data} />
    </PageStack>
  )
}

function Acts({ bill }: { bill: Bill }) {
  const t = useMessages(words)
  const locale = useLocale()
  const client = useQueryClient()
  const { message } = App.useApp()
  const params = { path: { bill_id: bill.id } }
  const again = useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/bills/{bill_id}/reconcile', { params })),
    onSuccess: () => {
      message.success(t.reconcileDone)
      void client.invalidateQueries({ queryKey: ['bill', bill.id] })
      void client.invalidateQueries({ queryKey: listKey('bill-lines') })
    },
    onError: (error) => message.error(errorTitle(error, locale)),
  })
  return (
    <>
      <Button loading={again.isPending} onClick={() => again.mutate()}>
        {t.reconcile}
      </Button>
      <Button icon={<DownloadOutlined />} href={`/api/v1/bills/${bill.id}/differences.csv`}>
        {t.download}
      </Button>
    </>
  )
}

function Findings({ bill }: { bill: Bill }) {
  const t = useMessages(words)
  const locale = useLocale()
  return (
    <Panel title={t.findings} flush>
      <PlainTable
        caption={t.findings}
        rows={bill.findings}
        rowId={(row) => row.reason}
        columns={[
          {
            key: 'reason',
            title: t.reason,
            render: (row) => (
              <Link to={`/costs/bills/${bill.id}?reason=${row.reason}`}>{locale === 'zh-CN' ? row.zh : row.en}</Link>
            ),
          },
          { key: 'lines', title: t.lines, align: 'right', render: (row) => row.lines.toLocaleString() },
          { key: 'payable', title: t.payable, align: 'right', render: (row) => <Money value={row.payable} /> },
          { key: 'expected', title: t.expected, align: 'right', render: (row) => <Money value={row.expected} /> },
          { key: 'difference', title: t.difference, align: 'right', render: (row) => <Money value={row.difference} /> },
        ]}
      />
    </Panel>
  )
}

function Lines({ bill }: { bill: Bill }) {
  const t = useMessages(words)
  const locale = useLocale()
  const zh = locale === 'zh-CN'
  const filters = useMemo<Filter[]>(
    () => [
      {
        key: 'reason',
        label: t.reason,
        kind: 'choice',
        single: true,
        options: bill.findings.map((one) => ({ value: one.reason, label: zh ? one.zh : one.en })),
      },
      { key: 'different', label: t.onlyDifferent, kind: 'flag' },
    ],
    [t, bill, zh],
  )
  const columns = useMemo(() => columnsFor(t, zh), [t, zh])
  const load = ({ filters: chosen, cursor, limit }: ListQuery, signal: AbortSignal) => {
    const query = {
      reason: chosen['reason']?.[0] as NonNullable<Line['reason']> | undefined,
      different: chosen['different'] ? true : undefined,
      cursor: cursor || undefined,
      limit,
    }
    const params = { path: { bill_id: bill.id }, query }
    return unwrap(api.GET('/api/v1/bills/{bill_id}/lines', { params, signal }))
  }
  return (
    <DataTable<Line>
      name="bill-lines"
      rowId={rowId}
      columns={columns}
      filters={filters}
      load={load}
      empty={{ title: t.noLines, how: t.noLinesHow }}
    />
  )
}

function columnsFor(t: Words, zh: boolean): Column<Line>[] {
  const money = 100
  return [
    {
      key: 'number',
      title: t.number,
      width: 180,
      always: true,
      card: 'title',
      render: (row) =>
        row.shipment_id === null ? (
          (row.shipment_no ?? row.waybill_number ?? <Dash />)
        ) : (
          <Link to={`/shipments?id=${row.shipment_id}`}>{row.shipment_no ?? row.waybill_number}</Link>
        ),
    },
    {
      key: 'reason',
      title: t.reason,
      width: 148,
      wrap: true,
      card: 'state',
      render: (row) => (zh ? row.reason_zh : row.reason_en) ?? <Dash />,
    },
    { key: 'place', title: t.place, width: 140, render: (row) => `${row.dest_province ?? ''}${row.dest_city ?? ''}` },
    { key: 'ours', title: t.ours, width: 92, align: 'right', render: (row) => <Weight grams={row.chargeable_weight_g} /> },
    { key: 'billed', title: t.billed, width: 92, align: 'right', render: (row) => <Weight grams={row.billed_weight_g} /> },
    { key: 'payable', title: t.payable, width: money, align: 'right', render: (row) => <Money value={row.payable} /> },
    { key: 'expected', title: t.expected, width: money, align: 'right', render: (row) => <Money value={row.expected} /> },
    { key: 'difference', title: t.difference, width: money, align: 'right', render: (row) => <Money value={row.difference} /> },
    { key: 'note', title: t.note, width: 216, wrap: true, render: (row) => (zh ? row.note_zh : row.note_en) ?? <Dash /> },
  ]
}
