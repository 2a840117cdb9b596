import { useNavigation } from 'react-router'
import styles from './Progress.module.css'

/** A thin line under the top edge while the next page's code is on the way. */
export function Progress() {
  const active = useNavigation().state !== 'idle'
  return active ? <div className={styles.line} role="progressbar" aria-hidden /> : null
}
