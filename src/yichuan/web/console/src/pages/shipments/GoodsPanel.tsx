import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { useMe } from '@/auth/useMe'
import { signWords } from '@/domain'
import { useMessages } from '@/i18n'
import { CopyableNumber, Dash, Facts, Panel, type PlainColumn, PlainTable, TimeAgo, Weight } from '@/ui'
import { merchantsQuery } from '../merchants/names'
import type { Detail } from './data'
import { detailWords } from './detailWords'
import styles from './shipments.module.css'
import { methodWords } from './words'

type Line = Detail['lines'][number]

/** What is in the box. */
export function GoodsPanel({ shipment }: { shipment: Detail }) {
  const t = useMessages(detailWords)
  const columns: PlainColumn<Line>[] = [
    {
      key: 'name',
      title: t.product,
      render: (line) => (
        <span className={styles.two}>
          <span>{line.name ?? line.sku}</span>
          <span className={styles.under}>{[line.sku, line.category].filter(Boolean).join(' · ')}</span>
        </span>
      ),
    },
    { key: 'quantity', title: t.quantity, align: 'right', render: (line) => `×${line.quantity}` },
    {
      key: 'weight',
      title: t.weight,
      align: 'right',
      render: (line) => <Weight grams={line.weight_g === null ? null : line.weight_g * line.quantity} />,
    },
  ]
  return (
    <Panel title={t.goods}>
      <PlainTable caption={t.goods} columns={columns} rows={shipment.lines} rowId={({ id }) => id} />
    </Panel>
  )
}

/** The rest of what is known of it. */
export function ParcelPanel({ shipment }: { shipment: Detail }) {
  const t = useMessages(detailWords)
  const methods = useMessages(methodWords)
  const signs = useMessages(signWords)
  const staff = useMe().role !== 'merchant'
  const merchants = useQuery({ ...merchantsQuery, enabled: staff }).data
  const [first] = shipment.lines
  const sources: Readonly<Record<string, string>> = t.sources
  return (
    <Panel
      title={t.more}
      extra={first && <Link to={`/orders?id=${first.sub_order_id}`}>{t.openOrder}</Link>}
    >
      <Facts
        items={[
          { label: t.order, value: <CopyableNumber value={shipment.order_no} /> },
          { label: t.shop, value: shipment.shop_name ?? <Dash /> },
          staff && {
            label: t.merchant,
            value: merchants?.find(({ id }) => id === shipment.merchant_id)?.name ?? <Dash />,
          },
          { label: t.method, value: shipment.ship_method ? methods[shipment.ship_method] : <Dash /> },
          { label: t.weight, value: <Weight grams={shipment.weight_g} /> },
          { label: t.pieces, value: shipment.pieces },
          shipment.sign_kind !== null && { label: t.signKind, value: signs[shipment.sign_kind] },
          shipment.signed_by !== null && { label: t.signedBy, value: shipment.signed_by },
          shipment.origin_city !== null && { label: t.origin, value: shipment.origin_city },
          shipment.buyer_ref !== null && { label: t.buyerRef, value: shipment.buyer_ref },
          { label: t.source, value: sources[shipment.source] ?? shipment.source },
          { label: t.created, value: <TimeAgo at={shipment.created_at} exact /> },
        ]}
      />
    </Panel>
  )
}
