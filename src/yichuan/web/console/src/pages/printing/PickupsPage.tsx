import {
  CarOutlined,
  CheckCircleFilled,
  ClockCircleOutlined,
  CloseCircleFilled,
  ReloadOutlined,
  StopOutlined,
  UserOutlined,
} from '@ant-design/icons'
import { useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useMemo } from 'react'
import { api, type Schema, unwrap } from '@/api'
import { useMe } from '@/auth/useMe'
import { formatMinute } from '@/format'
import { common, useLocale, useMessages } from '@/i18n'
import { type Column, DataTable, type Filter, listKey, type RowAction, WIDTH } from '@/table'
import { Chip, CopyableNumber, CourierTag, Dash, errorTitle, PageHeader, TimeAgo } from '@/ui'
import { PrintingNav } from './PrintingNav'
import { pickupWords } from './pickupWords'
import { printingWords } from './words'

type Pickup = Schema<'PickupView'>
type State = Pickup['state']
const NAME = 'pickups'
const rowId = (row: Pickup) => row.id

const LOOKS = {
  requested: { tone: 'risk', icon: ClockCircleOutlined },
  booked: { tone: 'moving', icon: CarOutlined },
  assigned: { tone: 'moving', icon: UserOutlined },
  collected: { tone: 'done', icon: CheckCircleFilled },
  cancelled: { tone: 'waiting', icon: StopOutlined },
  failed: { tone: 'broken', icon: CloseCircleFilled },
} as const

function useStateNames(): Record<State, string> {
  const t = useMessages(pickupWords)
  return {
    requested: t.requested,
    booked: t.stateBooked,
    assigned: t.assigned,
    collected: t.collected,
    cancelled: t.stateCancelled,
    failed: t.failed,
  }
}

function PickupState({ row }: { row: Pickup }) {
  const t = useMessages(pickupWords)
  const names = useStateNames()
  const { tone, icon } = LOOKS[row.state]
  const why = row.failure_text ?? (row.state === 'requested' ? t.lost : undefined)
  return (
    <span title={why}>
      <Chip tone={tone} icon={icon}>
        {names[row.state]}
      </Chip>
      {row.state === 'failed' && row.failure_text !== null && <div>{row.failure_text}</div>}
    </span>
  )
}

function When({ row }: { row: Pickup }) {
  const t = useMessages(pickupWords)
  if (row.starts_at === null) return <>{t.any}</>
  const from = formatMinute(new Date(row.starts_at))
  const until = row.ends_at === null ? '' : ` – ${formatMinute(new Date(row.ends_at)).slice(-5)}`
  return <span style={{ whiteSpace: 'nowrap' }}>{from + until}</span>
}

function useColumns(): Column<Pickup>[] {
  const t = useMessages(pickupWords)
  return useMemo<Column<Pickup>[]>(
    () => [
      { key: 'courier', title: t.courier, width: WIDTH.courier, always: true, card: 'title', render: (row) => <CourierTag code={row.courier} /> },
      { key: 'state', title: t.state, width: WIDTH.state, card: 'state', render: (row) => <PickupState row={row} /> },
      { key: 'when', title: t.window, width: 190, render: (row) => <When row={row} /> },
      {
        key: 'boxes',
        title: t.boxes,
        width: 200,
        render: (row) =>
          row.numbers.length === 0 ? (
            <Dash />
          ) : (
            <span>
              <CopyableNumber value={row.numbers[0] ?? ''} />
              {row.numbers.length > 1 && ` +${row.numbers.length - 1}`}
            </span>
          ),
      },
      {
        key: 'picker',
        title: t.picker,
        width: 160,
        render: ({ picker }) =>
          picker.name === undefined && picker.code === undefined ? (
            <Dash />
          ) : (
            <span>
              {picker.name} {picker.code !== undefined && t.code(picker.code)}
            </span>
          ),
      },
      { key: 'reference', title: t.reference, width: 180, render: (row) => row.courier_order_no ?? <Dash /> },
      { key: 'source', title: t.source, width: 100, render: (row) => (row.call === 'console' ? t.fromConsole : t.fromMall) },
      { key: 'created', title: t.created, width: 140, render: (row) => <TimeAgo at={row.created_at} /> },
    ],
    [t],
  )
}

function useActions(): (row: Pickup) => readonly RowAction<Pickup>[] {
  const t = useMessages(pickupWords)
  const c = useMessages(common)
  const locale = useLocale()
  const role = useMe().role
  const client = useQueryClient()
  const { message, modal } = App.useApp()
  return useMemo(() => {
    const done = (text: string) => {
      message.success(text)
      void client.invalidateQueries({ queryKey: listKey(NAME) })
    }
    const params = (row: Pickup) => ({ params: { path: { pickup_id: row.id } } })
    const again = async (row: Pickup) => {
      try {
        await unwrap(api.POST('/api/v1/pickups/{pickup_id}/again', params(row)))
        done(t.againDone)
      } catch (error) {
        message.error(errorTitle(error, locale))
      }
    }
    const cancel = (row: Pickup) =>
      void modal.confirm({
        title: t.cancel,
        content: t.cancelAsk,
        okText: t.cancel,
        cancelText: c.back,
        okButtonProps: { danger: true },
        onOk: async () => {
          try {
            await unwrap(api.POST('/api/v1/pickups/{pickup_id}/cancel', { ...params(row), body: { reason: '' } }))
            done(t.cancelled)
          } catch (error) {
            message.error(errorTitle(error, locale))
          }
        },
      })
    return (row) =>
      role === 'service'
        ? []
        : [
            {
              key: 'again',
              label: t.again,
              icon: <ReloadOutlined />,
              disabled: row.state !== 'requested' && row.state !== 'failed',
              run: () => void again(row),
            },
            {
              key: 'cancel',
              label: t.cancel,
              icon: <StopOutlined />,
              danger: true,
              disabled: !['requested', 'booked', 'assigned'].includes(row.state),
              run: () => cancel(row),
            },
          ]
  }, [t, c, locale, role, client, message, modal])
}

/** 预约取件: every visit asked for, who comes, and what became of it. */
export function Component() {
  const p = useMessages(printingWords)
  const t = useMessages(pickupWords)
  const names = useStateNames()
  const filters: Filter[] = [
    {
      key: 'state',
      label: t.state,
      kind: 'choice',
      single: true,
      options: Object.entries(names).map(([value, label]) => ({ value, label })),
    },
  ]
  return (
    <>
      <PageHeader title={p.title} />
      <PrintingNav />
      <DataTable<Pickup>
        name={NAME}
        rowId={rowId}
        columns={useColumns()}
        filters={filters}
        rowActions={useActions()}
        load={(query, signal) =>
          unwrap(
            api.GET('/api/v1/pickups', {
              params: {
                query: {
                  state: query.filters.state?.[0] as State | undefined,
                  cursor: query.cursor === '' ? undefined : query.cursor,
                  limit: query.limit,
                },
              },
              signal,
            }),
          )
        }
        refreshEvery={60_000}
        empty={{ title: t.empty, how: t.emptyHow }}
      />
    </>
  )
}
