import { EnvironmentOutlined, PauseCircleOutlined, PlayCircleOutlined, PlusOutlined, StopOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useMemo } from 'react'
import { Link, useNavigate } from 'react-router'
import { api, unwrap } from '@/api'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { useHotkeys } from '@/keys'
import { useEvent } from '@/lib/useEvent'
import { type Column, DataTable, type Detail, type DetailProps, type Filter, listParams, type RowAction, WIDTH } from '@/table'
import { CopyableNumber, Dash, Deadline, Money, PageHeader, TimeAgo } from '@/ui'
import { merchantsQuery } from '../merchants/names'
import { canChange, canHold, type Order, STATES } from './data'
import { OrderBody } from './OrderBody'
import styles from './Orders.module.css'
import { OrderState } from './OrderState'
import { useOrderActs } from './useOrderActs'
import { orderWords } from './words'

const rowId = (row: Order) => row.id
const detail: Detail<Order> = {
  title: ({ row, id }: DetailProps<Order>) => row?.sub_order_no ?? id.slice(-8),
  body: OrderBody,
  path: (id) => `/orders/${id}`,
}

/** 订单: what buyers bought, one row per sub-order. */
export function Component() {
  const t = useMessages(orderWords)
  const navigate = useNavigate()
  const acts = useOrderActs()
  const filters = useFilters()
  const rowActions = useRowActions(acts)
  useHotkeys([{ keys: 'n', label: t.keyNew, group: t.actGroup, run: () => void navigate('/orders/new') }])
  return (
    <>
      <PageHeader
        title={t.title}
        actions={
          <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate('/orders/new')}>
            {t.new}
          </Button>
        }
      />
      <DataTable<Order>
        name="orders"
        columns={useColumns()}
        rowId={rowId}
        load={(query, signal) => {
          const { state, merchant_id, ...rest } = listParams(query, filters, new Date())
          const first = (value: unknown) => (Array.isArray(value) ? (value[0] as string) : undefined)
          const params = { ...withoutBlanks(rest), state: first(state) as Order['state'], merchant_id: first(merchant_id) }
          return unwrap(api.GET('/api/v1/orders', { params: { query: params }, signal }))
        }}
        filters={filters}
        searchHint={t.search}
        views={STATES.slice(0, 4).map((state) => ({ key: state, label: t.states[state], filters: { state: [state] } }))}
        rowActions={rowActions}
        rowTone={rowTone}
        detail={detail}
        refreshEvery={60_000}
        empty={{
          title: t.empty,
          how: t.emptyHow,
          actions: (
            <Link to="/orders/new">
              <Button type="primary">{t.new}</Button>
            </Link>
          ),
        }}
      />
      {acts.element}
    </>
  )
}

function rowTone({ state }: Order): 'broken' | undefined {
  return state === 'held' ? 'broken' : undefined
}

function withoutBlanks<T extends object>(params: T): Partial<T> {
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== '' && value !== undefined)) as Partial<T>
}

function useFilters(): Filter[] {
  const t = useMessages(orderWords)
  const staff = useMe().merchant === null
  const merchants = useQuery({ ...merchantsQuery, enabled: staff }).data
  return useMemo<Filter[]>(() => {
    const options = (merchants ?? []).map(({ id, name }) => ({ value: id, label: name }))
    return [
      ...(staff ? [{ key: 'merchant_id', label: t.merchant, kind: 'choice', single: true, options } as const] : []),
      {
        key: 'state',
        label: t.state,
        kind: 'choice',
        single: true,
        options: STATES.map((value) => ({ value, label: t.states[value] })),
      },
      { key: 'placed', label: t.placed, kind: 'dates' },
    ]
  }, [t, staff, merchants])
}

function useColumns(): Column<Order>[] {
  const t = useMessages(orderWords)
  const staff = useMe().merchant === null
  const merchants = useQuery({ ...merchantsQuery, enabled: staff }).data
  return useMemo(() => {
    const names = new Map(merchants?.map(({ id, name }) => [id, name]))
    return [
      {
        key: 'number',
        title: t.number,
        width: 208,
        always: true,
        card: 'title',
        render: (row) => (
          <span className={styles.two}>
            <CopyableNumber value={row.sub_order_no} />
            {row.order_no !== row.sub_order_no && <span className={`${styles.under} y-mono`}>{row.order_no}</span>}
          </span>
        ),
      },
      { key: 'state', title: t.state, width: 112, card: 'state', render: (row) => <OrderState state={row.state} /> },
      ...(staff ? [{ key: 'merchant', title: t.merchant, width: 120, render: (row: Order) => names.get(row.merchant_id) ?? <Dash /> }] : []),
      { key: 'shop', title: t.shop, width: 136, render: (row) => row.shop_name ?? <Dash /> },
      {
        key: 'amount',
        title: t.amount,
        width: 96,
        align: 'right',
        render: (row) => <Money value={{ amount_minor: row.amount_minor, currency: row.currency }} />,
      },
      { key: 'placed', title: t.placed, width: 104, render: (row) => <TimeAgo at={row.placed_at} /> },
      {
        key: 'ship_by',
        title: t.shipBy,
        width: 152,
        render: (row) => (row.state === 'open' || row.state === 'packed' ? <Deadline at={row.ship_by} /> : <Dash />),
      },
      { key: 'remark', title: t.remark, width: 180, wrap: true, render: (row) => row.hold_reason ?? row.cancel_reason ?? row.remark ?? <Dash /> },
      { key: 'paid', title: t.paid, width: WIDTH.time, hidden: true, card: 'none', render: (row) => <TimeAgo at={row.paid_at} /> },
      { key: 'promised', title: t.promised, width: WIDTH.time, hidden: true, card: 'none', render: (row) => <TimeAgo at={row.promised_at} /> },
      { key: 'buyer', title: t.buyer, width: 140, hidden: true, card: 'none', render: (row) => row.buyer_ref ?? <Dash /> },
    ] satisfies Column<Order>[]
  }, [t, staff, merchants])
}

function useRowActions(acts: ReturnType<typeof useOrderActs>): (row: Order) => readonly RowAction<Order>[] {
  const t = useMessages(orderWords)
  const act = useEvent((kind: 'hold' | 'release' | 'cancel' | 'address', row: Order) => acts[kind](row))
  return useMemo(
    () => (row) => [
      row.state === 'held'
        ? { key: 'release', label: t.release, icon: <PlayCircleOutlined />, run: () => act('release', row) }
        : { key: 'hold', label: t.hold, icon: <PauseCircleOutlined />, disabled: !canHold(row), run: () => act('hold', row) },
      { key: 'address', label: t.changeAddress, icon: <EnvironmentOutlined />, disabled: !canChange(row), run: () => act('address', row) },
      { key: 'cancel', label: t.cancel, icon: <StopOutlined />, danger: true, disabled: !canChange(row), run: () => act('cancel', row) },
    ],
    [t, act],
  )
}
