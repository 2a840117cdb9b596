import { WarningFilled } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { useMessages } from '@/i18n'
import { inDoubtQuery } from '../shipments/data'
import { settleWords } from '../shipments/settleWords'
import styles from './Banner.module.css'

/** More would push the list of what is to be printed off a phone. */
const AT_ONCE = 4

/** Numbers whose answer was lost and whose courier cannot be asked: somebody must look. */
export function DoubtsBanner() {
  const t = useMessages(settleWords)
  const items = useQuery(inDoubtQuery).data ?? []
  if (items.length === 0) return null
  return (
    <div className={`${styles.banner} ${styles.risk}`} role="status">
      <WarningFilled />
      <span className={styles.text}>{t.banner(items.length)}</span>
      <ul className={styles.few}>
        {items.slice(0, AT_ONCE).map(({ id, shipment_id, shipment_no, courier }) => (
          <li key={id}>
            <Link to={`/shipments/${shipment_id}`}>
              {courier} {shipment_no}
            </Link>
          </li>
        ))}
        {items.length > AT_ONCE && <li>{t.more(items.length - AT_ONCE)}</li>}
      </ul>
    </div>
  )
}
