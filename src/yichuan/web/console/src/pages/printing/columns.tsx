import { PauseCircleFilled } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { type Column, WIDTH } from '@/table'
import { Chip, CopyableNumber, CourierTag, Dash, Deadline, TimeAgo, Weight } from '@/ui'
import styles from './cells.module.css'
import { merchantsQuery } from '../merchants/names'
import type { Box } from './data'
import { printingWords } from './words'

/** With less than this many minutes to ship a box is at risk. */
export const SOON_MINUTES = 6 * 60

export function HoldChip() {
  const t = useMessages(printingWords)
  return (
    <Chip tone="broken" icon={PauseCircleFilled} filled>
      {t.held}
    </Chip>
  )
}

function Clock({ row }: { row: Box }) {
  return (
    <span className={styles.stack}>
      {row.hold && <HoldChip />}
      {(!row.hold || row.ship_by === null) && <Deadline at={row.ship_by} soonMinutes={SOON_MINUTES} />}
    </span>
  )
}

function Goods({ row }: { row: Box }) {
  const t = useMessages(printingWords)
  return (
    <span className={styles.goods} title={row.goods ?? undefined}>
      {row.goods ?? t.pieces(row.quantity)}
    </span>
  )
}

function Recipient({ row }: { row: Box }) {
  if (row.recipient_name === null && row.recipient_phone === null) return <Dash />
  return (
    <span className={styles.two}>
      <span>{row.recipient_name}</span>
      <span className={`${styles.under} y-number`}>{row.recipient_phone}</span>
    </span>
  )
}

function Place({ row }: { row: Box }) {
  if (row.dest_city === null && row.dest_province === null) return <Dash />
  return (
    <span className={styles.two}>
      <span>{row.dest_city || row.dest_province}</span>
      <span className={styles.under}>
        {[row.dest_province === row.dest_city ? null : row.dest_province, row.dest_district].filter(Boolean).join(' ')}
      </span>
    </span>
  )
}

function Waybill({ row }: { row: Box }) {
  const t = useMessages(printingWords)
  if (row.waybill_number === null) {
    return row.courier === null ? <span style={{ color: 'var(--y-text-tertiary)' }}>{t.notTaken}</span> : <CourierTag code={row.courier} />
  }
  return (
    <span className={styles.two}>
      <CourierTag code={row.courier} />
      <CopyableNumber value={row.waybill_number} />
    </span>
  )
}

export function useQueueColumns(): Column<Box>[] {
  const t = useMessages(printingWords)
  const me = useMe()
  const staff = me.merchant === null
  const merchants = useQuery({ ...merchantsQuery, enabled: staff }).data
  return useMemo(() => {
    const names = new Map(merchants?.map(({ id, name }) => [id, name]))
    const columns: Column<Box>[] = [
      {
        key: 'order',
        title: t.order,
        width: 212,
        always: true,
        card: 'title',
        render: (row) => (
          <span className={styles.two}>
            <CopyableNumber value={row.order_no ?? row.shipment_no} />
            <span className={styles.under}>{row.shop_name ?? row.shipment_no}</span>
          </span>
        ),
      },
      {
        key: 'ship_by',
        title: t.clock,
        width: WIDTH.deadline,
        sort: true,
        card: 'state',
        render: (row) => <Clock row={row} />,
      },
      { key: 'goods', title: t.goods, width: 260, wrap: true, render: (row) => <Goods row={row} /> },
      { key: 'recipient', title: t.recipient, width: 132, render: (row) => <Recipient row={row} /> },
      { key: 'place', title: t.destination, width: 160, render: (row) => <Place row={row} /> },
      {
        key: 'remark',
        title: t.remark,
        width: 180,
        wrap: true,
        render: (row) =>
          row.remark === null ? (
            <Dash />
          ) : (
            <span className={styles.remark} title={row.remark}>
              {row.remark}
            </span>
          ),
      },
      { key: 'waybill', title: t.waybill, width: 200, render: (row) => <Waybill row={row} /> },
      {
        key: 'weight',
        title: t.weight,
        width: WIDTH.weight,
        align: 'right',
        card: 'none',
        render: (row) => <Weight grams={row.weight_g} />,
      },
      { key: 'paid', title: t.paid, width: WIDTH.time, hidden: true, card: 'none', render: (row) => <TimeAgo at={row.paid_at} /> },
      { key: 'printed', title: t.printed, width: WIDTH.time, hidden: true, card: 'none', render: (row) => <TimeAgo at={row.printed_at} /> },
      { key: 'created_at', title: t.created, width: WIDTH.time, hidden: true, sort: true, card: 'none', render: (row) => <TimeAgo at={row.created_at} /> },
    ]
    if (staff) {
      columns.splice(2, 0, {
        key: 'merchant',
        title: t.merchant,
        width: 140,
        render: (row) => names.get(row.merchant_id) ?? <Dash />,
      })
    }
    return columns
  }, [t, staff, merchants])
}
