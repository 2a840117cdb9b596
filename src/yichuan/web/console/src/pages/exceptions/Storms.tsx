import { ThunderboltFilled } from '@ant-design/icons'
import { Link } from 'react-router'
import { useProblemName } from '@/domain'
import { formatCount } from '@/format'
import { useMessages } from '@/i18n'
import { CourierTag, TimeAgo } from '@/ui'
import styles from './exceptions.module.css'
import { words } from './words'

export interface Storm {
  courier: string
  kind: string
  province: string
  city: string | null
  count: number
  first_at: string
}

/** Many parcels, one cause: each opens its own list. */
export function Storms({ storms }: { storms: readonly Storm[] }) {
  const t = useMessages(words)
  const nameOf = useProblemName()
  if (storms.length === 0) return null
  return (
    <div className={styles.storms} role="alert">
      {storms.map((storm) => {
        const { courier, kind, province, city, count, first_at } = storm
        const place = city && city !== province ? `${province} ${city}` : province
        const query = new URLSearchParams({ open: 'true', kind, courier, province })
        return (
          <Link
            key={`${courier} ${kind} ${province}`}
            to={`/exceptions?${query.toString()}`}
            className={styles.storm}
          >
            <ThunderboltFilled aria-hidden />
            <strong>{t.stormTitle}</strong>
            <CourierTag code={courier} />
            <span>{t.stormText(formatCount(count), place, nameOf(kind))}</span>
            <small>
              {t.stormSince} <TimeAgo at={first_at} />
            </small>
          </Link>
        )
      })}
    </div>
  )
}
