import { common, useMessages } from '@/i18n'
import styles from './Brand.module.css'

/** The mark: a relay, from station to station upwards. */
export function Mark({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden>
      <rect width="32" height="32" rx="9" fill="#1d4fd7" />
      <path
        d="M7.5 23h6.8l3.6-13h6.6"
        fill="none"
        stroke="#fff"
        strokeOpacity=".55"
        strokeWidth="2.2"
        strokeLinejoin="round"
      />
      <circle cx="7.5" cy="23" r="3" fill="#fff" />
      <circle cx="16" cy="16.5" r="2.7" fill="#ffc53d" />
      <circle cx="24.5" cy="10" r="3" fill="#fff" />
    </svg>
  )
}

export function Brand({ narrow }: { narrow?: boolean }) {
  const t = useMessages(common)
  return (
    <span className={styles.brand}>
      <Mark />
      {!narrow && <span className={styles.name}>{t.product}</span>}
    </span>
  )
}
