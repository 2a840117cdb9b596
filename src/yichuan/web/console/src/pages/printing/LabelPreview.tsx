import { PrinterOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useMessages } from '@/i18n'
import { DetailSkeleton, EmptyState, ErrorState } from '@/ui'
import { FileTextOutlined } from '@ant-design/icons'
import styles from './BoxBody.module.css'
import { boxWords } from './boxWords'
import { waybillsQuery } from './data'

/** A box's label as a picture, and as the document that is printed. */
export function LabelPreview({ shipmentId, autoFocus }: { shipmentId: string; autoFocus?: boolean }) {
  const t = useMessages(boxWords)
  const waybills = useQuery(waybillsQuery(shipmentId))
  if (waybills.isError) return <ErrorState compact error={waybills.error} onRetry={() => void waybills.refetch()} />
  if (waybills.data === undefined) return <DetailSkeleton />
  const live = waybills.data.find(({ state }) => state === 'issued')
  if (live === undefined || live.kind === 'own_number') {
    return <EmptyState compact icon={<FileTextOutlined />} title={t.label} how={live === undefined ? t.noWaybill : t.noLabel} />
  }
  const address = `/api/v1/waybills/${live.id}/label`
  return (
    <div className={styles.part}>
      <img className={styles.label} src={`${address}?format=png`} alt={t.labelAlt(live.number ?? '')} />
      <span>
        <Button
          type="primary"
          autoFocus={autoFocus}
          icon={<PrinterOutlined />}
          onClick={() => window.open(`${address}?format=pdf`, '_blank', 'noopener')}
        >
          {t.openLabel}
        </Button>
      </span>
    </div>
  )
}
