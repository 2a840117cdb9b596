import { EditOutlined, PrinterOutlined, StopOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useMemo } from 'react'
import { MILESTONES, milestoneWords } from '@/domain'
import { defineMessages, useMessages } from '@/i18n'
import { type BulkAction, type Column, DataTable, type Detail, type Filter, WIDTH } from '@/table'
import {
  CopyableNumber,
  CourierTag,
  Dash,
  Deadline,
  Facts,
  Masked,
  Money,
  PageHeader,
  ProblemChip,
  StateChip,
  TimeAgo,
  Timeline,
  Weight,
} from '@/ui'
import { TRACE } from './samples'
import { loadSample, type SampleRow } from './sample'

const words = defineMessages(
  {
    title: '运单',
    number: '包裹号',
    waybill: '运单号',
    courier: '快递',
    state: '状态',
    problem: '异常',
    city: '目的地',
    phone: '电话',
    goods: '商品',
    weight: '重量',
    cost: '运费',
    created: '创建时间',
    deadline: '时限',
    onlyProblems: '只看异常',
    print: '打印面单',
    hold: '拦截',
    open: '填单号发货',
    search: '搜单号、手机尾号、商品',
    empty: '还没有运单',
    emptyHow: '商城推送订单、导入表格或手工建单后，包裹会出现在这里。',
    confirm: (n: number) => `拦截后 ${n} 个包裹不会再打印，确定吗？`,
    toPrint: '待打印',
    late: '快超时',
  },
  {
    title: 'Shipments',
    number: 'Shipment',
    waybill: 'Waybill',
    courier: 'Courier',
    state: 'State',
    problem: 'Problem',
    city: 'To',
    phone: 'Phone',
    goods: 'Goods',
    weight: 'Weight',
    cost: 'Cost',
    created: 'Created',
    deadline: 'Deadline',
    onlyProblems: 'With problems',
    print: 'Print labels',
    hold: 'Hold',
    open: 'Ship with a number',
    search: 'Search numbers, phone endings, goods',
    empty: 'No shipments yet',
    emptyHow: 'They appear when a mall sends orders, a file is imported or one is made by hand.',
    confirm: (n) => `${n} parcels will not be printed any more. Hold them?`,
    toPrint: 'To print',
    late: 'Late soon',
  },
)

type Words = ReturnType<typeof useMessages<typeof words extends import('@/i18n').Messages<infer T> ? T : never>>

function columnsFor(t: Words): Column<SampleRow>[] {
  return [
    {
      key: 'number',
      title: t.number,
      width: WIDTH.number,
      always: true,
      card: 'title',
      render: (row) => <CopyableNumber value={row.number} />,
    },
    { key: 'state', title: t.state, width: WIDTH.state, card: 'state', render: (row) => <StateChip milestone={row.milestone} /> },
    {
      key: 'problem',
      title: t.problem,
      width: WIDTH.problem,
      card: 'state',
      render: (row) =>
        row.problem ? <ProblemChip kind={row.problem} severity={row.severity} party={row.party} /> : <Dash />,
    },
    { key: 'courier', title: t.courier, width: WIDTH.courier, render: (row) => <CourierTag code={row.courier} /> },
    { key: 'waybill', title: t.waybill, width: WIDTH.number, render: (row) => <CopyableNumber value={row.waybill} /> },
    { key: 'city', title: t.city, width: WIDTH.place, render: (row) => row.city },
    { key: 'phone', title: t.phone, width: WIDTH.phone, render: (row) => <Masked value={row.phone} onReveal={reveal} /> },
    { key: 'goods', title: t.goods, width: WIDTH.text, card: 'none', render: (row) => row.goods },
    { key: 'weight', title: t.weight, width: WIDTH.weight, align: 'right', sort: 'grams', render: (row) => <Weight grams={row.grams} /> },
    { key: 'cost', title: t.cost, width: WIDTH.amount, align: 'right', render: (row) => <Money value={row.cost} /> },
    { key: 'deadline', title: t.deadline, width: WIDTH.deadline, render: (row) => <Deadline at={row.deadlineAt} /> },
    { key: 'created', title: t.created, width: WIDTH.time, hidden: true, render: (row) => <TimeAgo at={row.createdAt} /> },
  ]
}

const reveal = () => new Promise<string>((resolve) => setTimeout(() => resolve('13812345678'), 300))

function bulkFor(t: Words): BulkAction<SampleRow>[] {
  return [
    {
      key: 'print',
      label: t.print,
      icon: <PrinterOutlined />,
      primary: true,
      run: async (rows, progress) => {
        for (let done = 0; done < rows.length; done += 1) {
          await new Promise((resolve) => setTimeout(resolve, 60))
          progress(done + 1)
        }
        return rows.map((row, index) => ({
          id: row.id,
          label: row.number,
          ok: index % 3 !== 1,
          message: index % 3 === 1 ? '网点账户余额不足' : undefined,
          code: index % 3 === 1 ? 'account_empty' : undefined,
        }))
      },
    },
    {
      key: 'hold',
      label: t.hold,
      icon: <StopOutlined />,
      danger: true,
      confirm: (rows) => t.confirm(rows.length),
      run: (rows) => Promise.resolve(rows.map((row) => ({ id: row.id, label: row.number, ok: true }))),
    },
  ]
}

function Body({ row }: { row: SampleRow | undefined }) {
  const t = useMessages(words)
  if (row === undefined) return null
  return (
    <div style={{ display: 'grid', gap: 24 }}>
      <Facts
        items={[
          { label: t.courier, value: <CourierTag code={row.courier} service="标快" /> },
          { label: t.waybill, value: <CopyableNumber value={row.waybill} /> },
          { label: t.weight, value: <Weight grams={row.grams} /> },
          { label: t.cost, value: <Money value={row.cost} /> },
          { label: t.goods, value: row.goods, wide: true },
        ]}
      />
      <Timeline events={TRACE} />
    </div>
  )
}

const detail: Detail<SampleRow> = {
  title: ({ row, id }) => (
    <span style={{ display: 'inline-flex', gap: 8, alignItems: 'center' }}>
      {row?.number ?? id} {row && <StateChip milestone={row.milestone} />}
    </span>
  ),
  body: Body,
  path: (id) => `/gallery/list?id=${id}`,
}

export default function ListPart() {
  const t = useMessages(words)
  const m = useMessages(milestoneWords)
  const filters: Filter[] = [
    { key: 'milestone', label: t.state, kind: 'choice', options: MILESTONES.map((value) => ({ value, label: m[value] })) },
    { key: 'courier', label: t.courier, kind: 'choice', options: ['SF', 'ZTO', 'YTO'].map((value) => ({ value, label: value })) },
    { key: 'created', label: t.created, kind: 'dates' },
    { key: 'problem', label: t.onlyProblems, kind: 'flag' },
    { key: 'goods', label: t.goods, kind: 'text', more: true },
  ]
  return (
    <>
      <PageHeader
        title={t.title}
        actions={
          <Button type="primary" icon={<EditOutlined />}>
            {t.open}
          </Button>
        }
      />
      <DataTable<SampleRow>
        name="gallery"
        columns={useMemo(() => columnsFor(t), [t])}
        rowId={rowId}
        load={loadSample}
        filters={filters}
        searchHint={t.search}
        views={[
          { key: 'print', label: t.toPrint, filters: { milestone: ['created'] }, count: 40 },
          { key: 'late', label: t.late, filters: { problem: ['1'] }, count: 86 },
        ]}
        bulkActions={bulkFor(t)}
        rowActions={(row) => [
          { key: 'print', label: t.print, icon: <PrinterOutlined />, run: () => undefined },
          { key: 'hold', label: t.hold, icon: <StopOutlined />, danger: true, disabled: row.waybill === null, run: () => undefined },
        ]}
        detail={detail}
        rowTone={(row) => (row.problem === null ? undefined : row.severity === 3 ? 'broken' : 'risk')}
        onExport={() => new Promise((resolve) => setTimeout(resolve, 800))}
        empty={{ title: t.empty, how: t.emptyHow }}
      />
    </>
  )
}

const rowId = (row: SampleRow) => row.id
