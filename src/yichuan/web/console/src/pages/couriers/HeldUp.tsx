import { useQuery } from '@tanstack/react-query'
import { Modal } from 'antd'
import { Link } from 'react-router'
import { useMessages } from '@/i18n'
import { CourierTag, Dash, Deadline, DetailSkeleton, EmptyState, ErrorState, PlainTable } from '@/ui'
import { useMerchantName } from '../merchants/names'
import { heldUpQuery, type Suspension } from './termData'
import { termWords } from './termWords'

/** The boxes that wait and that a suspension holds up. */
export function HeldUp({ row, onClose }: { row: Suspension; onClose: () => void }) {
  const t = useMessages(termWords)
  const nameOf = useMerchantName()
  const { data, error, isError, refetch } = useQuery(heldUpQuery(row.id))
  return (
    <Modal open width={720} footer={null} title={t.boxesTitle(row.place || t.everywhere)} onCancel={onClose}>
      {isError ? (
        <ErrorState compact error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <DetailSkeleton lines={4} />
      ) : (
        <PlainTable
          caption={t.boxes}
          rows={data.items}
          rowId={(box) => box.id}
          empty={<EmptyState title={t.noBoxes} how={t.noBoxesHow} />}
          columns={[
            { key: 'no', title: t.boxes, render: (box) => <Link to={`/shipments?id=${box.id}`}>{box.order_no ?? box.shipment_no}</Link> },
            { key: 'merchant', title: t.merchant, render: (box) => nameOf(box.merchant_id) },
            { key: 'city', title: t.place, render: (box) => box.dest_city ?? <Dash /> },
            { key: 'courier', title: t.courier, render: (box) => <CourierTag code={box.courier} /> },
            { key: 'by', title: t.at, render: (box) => (box.ship_by === null ? <Dash /> : <Deadline at={box.ship_by} />) },
          ]}
        />
      )}
    </Modal>
  )
}
