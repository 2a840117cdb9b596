import { PauseCircleFilled } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { type Column, WIDTH } from '@/table'
import { Chip, CopyableNumber, CourierTag, Dash, ProblemChip, StateChip, TimeAgo, Weight } from '@/ui'
import { merchantsQuery } from '../merchants/names'
import type { Row } from './data'
import { NextPromise } from './Promise'
import styles from './shipments.module.css'
import { listWords, methodWords } from './words'

export function HoldChip() {
  const t = useMessages(listWords)
  return (
    <Chip tone="broken" icon={PauseCircleFilled} filled>
      {t.held}
    </Chip>
  )
}

function Waybill({ row }: { row: Row }) {
  const t = useMessages(listWords)
  const methods = useMessages(methodWords)
  if (row.waybill_number === null) {
    const method = row.ship_method !== null && row.ship_method !== 'hub_waybill' ? methods[row.ship_method] : null
    return <span className={styles.quiet}>{method ?? t.noWaybill}</span>
  }
  return (
    <span className={styles.two}>
      <CourierTag code={row.courier} />
      <CopyableNumber value={row.waybill_number} />
    </span>
  )
}

function Destination({ row }: { row: Row }) {
  if (row.dest_city === null && row.dest_province === null) return <Dash />
  const above = row.dest_province === row.dest_city ? null : row.dest_province
  return (
    <span className={styles.two}>
      <span>{row.dest_city || row.dest_province}</span>
      <span className={styles.under}>{[above, row.dest_district].filter(Boolean).join(' ')}</span>
    </span>
  )
}

function Goods({ row }: { row: Row }) {
  const t = useMessages(listWords)
  return (
    <span className={styles.clamp} title={row.goods ?? undefined}>
      {row.goods ?? t.pieces(row.quantity)}
    </span>
  )
}

function LastEvent({ row }: { row: Row }) {
  if (row.last_event_at === null) return <Dash />
  return (
    <span className={styles.two}>
      <span className={styles.clip} title={row.last_event_text ?? undefined}>
        {row.last_event_text ?? <Dash />}
      </span>
      <span className={styles.under}>
        <TimeAgo at={row.last_event_at} />
      </span>
    </span>
  )
}

function Trouble({ row }: { row: Row }) {
  if (row.problem === null && !row.hold) return <Dash />
  return (
    <span className={styles.chips}>
      {row.hold && <HoldChip />}
      {row.problem !== null && <ProblemChip kind={row.problem} />}
    </span>
  )
}

/** `byClock`: the list is of unshipped boxes, which the server sorts by their ship-by clock. */
export function useColumns(byClock: boolean): Column<Row>[] {
  const t = useMessages(listWords)
  const staff = useMe().role !== 'merchant'
  const merchants = useQuery({ ...merchantsQuery, enabled: staff }).data
  return useMemo(() => {
    const names = new Map(merchants?.map(({ id, name }) => [id, name]))
    const columns: (Column<Row> | false)[] = [
      {
        key: 'number',
        title: t.number,
        width: 200,
        always: true,
        card: 'title',
        render: (row) => (
          <span className={styles.two}>
            <CopyableNumber value={row.shipment_no} />
            <span className={`${styles.under} y-mono`} title={row.order_no ?? undefined}>
              {row.order_no ?? row.shop_name}
            </span>
          </span>
        ),
      },
      { key: 'waybill', title: t.waybill, width: 192, render: (row) => <Waybill row={row} /> },
      {
        key: 'state',
        title: t.state,
        width: 124,
        card: 'state',
        render: (row) => <StateChip milestone={row.milestone} detail={row.detail} />,
      },
      {
        key: 'problem',
        title: t.problem,
        width: 148,
        card: 'state',
        render: (row) => <Trouble row={row} />,
      },
      {
        key: 'ship_by',
        title: byClock ? t.shipBy : t.promise,
        width: 164,
        ...(byClock && { sort: 'ship_by' }),
        render: (row) => <NextPromise row={row} />,
      },
      { key: 'destination', title: t.destination, width: 130, render: (row) => <Destination row={row} /> },
      { key: 'event', title: t.lastEvent, width: 220, render: (row) => <LastEvent row={row} /> },
      { key: 'goods', title: t.goods, width: 200, wrap: true, card: 'none', render: (row) => <Goods row={row} /> },
      { key: 'order', title: t.order, width: WIDTH.number, hidden: true, card: 'none', render: (row) => <CopyableNumber value={row.order_no} /> },
      { key: 'shop', title: t.shop, width: 150, hidden: true, card: 'none', render: (row) => row.shop_name ?? <Dash /> },
      staff && {
        key: 'merchant',
        title: t.merchant,
        width: 140,
        card: 'none',
        render: (row) => names.get(row.merchant_id) ?? <Dash />,
      },
      {
        key: 'recipient',
        title: t.recipient,
        width: 132,
        hidden: true,
        card: 'none',
        render: (row) => (
          <span className={styles.two}>
            <span>{row.recipient_name}</span>
            <span className={`${styles.under} y-number`}>{row.recipient_phone}</span>
          </span>
        ),
      },
      {
        key: 'weight',
        title: t.weight,
        width: WIDTH.weight,
        align: 'right',
        hidden: true,
        card: 'none',
        render: (row) => <Weight grams={row.weight_g} />,
      },
      {
        key: 'created_at',
        title: t.created,
        width: WIDTH.time,
        sort: true,
        card: 'none',
        render: (row) => <TimeAgo at={row.created_at} />,
      },
    ]
    return columns.filter((column) => column !== false)
  }, [t, staff, byClock, merchants])
}
