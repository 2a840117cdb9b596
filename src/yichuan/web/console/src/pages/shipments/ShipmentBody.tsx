import { useQuery } from '@tanstack/react-query'
import { useMessages } from '@/i18n'
import type { DetailProps } from '@/table'
import { DetailSkeleton, ErrorState, PageStack } from '@/ui'
import { BuyerPanel } from './BuyerPanel'
import { CostPanel } from './CostPanel'
import { type Detail, detailQuery, type Row } from './data'
import { detailWords } from './detailWords'
import { GoodsPanel, ParcelPanel } from './GoodsPanel'
import { NumbersPanel } from './NumbersPanel'
import { ProblemsPanel } from './ProblemsPanel'
import { ProofsPanel } from './ProofsPanel'
import { RatingPanel } from './RatingPanel'
import { RecipientPanel } from './RecipientPanel'
import { ShipmentHead } from './ShipmentHead'
import styles from './shipments.module.css'
import { TrackPanel } from './TrackPanel'
import { WaybillsPanel } from './WaybillsPanel'

/** One shipment, whole; in the drawer and on its own page alike. */
export function ShipmentBody({ id }: DetailProps<Row>) {
  const query = useQuery(detailQuery(id))
  if (query.data === undefined) {
    if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />
    return <DetailSkeleton lines={10} />
  }
  return <Loaded shipment={query.data} />
}

function Loaded({ shipment }: { shipment: Detail }) {
  const t = useMessages(detailWords)
  return (
    <PageStack>
      <div className={styles.body}>
        <ShipmentHead shipment={shipment} />
        {shipment.hold && (
          <p role="status" className={styles.notice} style={{ marginBottom: 16 }}>
            {t.hold}
          </p>
        )}
        <div className={styles.columns}>
          <div className={styles.column}>
            <ProblemsPanel shipment={shipment} />
            <NumbersPanel shipment={shipment} />
            <TrackPanel shipment={shipment} />
            <GoodsPanel shipment={shipment} />
            <ParcelPanel shipment={shipment} />
            <ProofsPanel shipment={shipment} />
            {shipment.milestone === 'delivered' && <RatingPanel id={shipment.id} />}
          </div>
          <div className={styles.column}>
            <RecipientPanel shipment={shipment} />
            <WaybillsPanel shipment={shipment} />
            <CostPanel shipment={shipment} />
            <BuyerPanel shipment={shipment} />
          </div>
        </div>
      </div>
    </PageStack>
  )
}
