import { WarningFilled } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { useMessages } from '@/i18n'
import { inDoubtQuery } from '../shipments/data'
import { settleWords } from '../shipments/settleWords'
import styles from './Banner.module.css'

/** Numbers whose answer was lost and whose courier cannot be asked: somebody must look. */
export function DoubtsBanner() {
  const t = useMessages(settleWords)
  const items = useQuery(inDoubtQuery).data ?? []
  if (items.length === 0) return null
  return (
    <div className={`${styles.banner} ${styles.risk}`} role="status">
      <WarningFilled />
      <span className={styles.text}>
        {t.banner(items.length)}{' '}
        {items.slice(0, 10).map(({ id, shipment_id, shipment_no, courier }) => (
          <Link key={id} to={`/shipments/${shipment_id}`} style={{ marginInlineEnd: 8 }}>
            {courier} {shipment_no}
          </Link>
        ))}
      </span>
    </div>
  )
}
