import { common, useMessages } from '@/i18n'
import { Mark } from './Brand'
import styles from './Splash.module.css'

/** The mark, breathing, while the first code and the session are on the way. */
export function Splash() {
  const t = useMessages(common)
  return (
    <div className={styles.splash} role="status" aria-label={t.loading}>
      <Mark size={48} />
    </div>
  )
}
