import styles from './Gauge.module.css'

/** How much one step holds beside the fullest: a bar under its number, which says it in words. */
export function Gauge({ share, tone = 'moving' }: { share: number; tone?: string }) {
  return (
    <span className={styles.gauge} data-gauge aria-hidden>
      {share > 0 && <span data-tone={tone} style={{ width: `${100 * share}%` }} />}
    </span>
  )
}
