import type { Tone } from '@/theme/palette'
import styles from './ProgressBar.module.css'

export interface ProgressBarProps {
  done: number
  all: number
  tone?: Tone
  /** What is in progress, for screen readers. */
  label: string
}

/** How far a job has come. */
export function ProgressBar({ done, all, tone = 'moving', label }: ProgressBarProps) {
  const percent = all === 0 ? 0 : Math.min(100, (done / all) * 100)
  return (
    <div
      className={styles.rail}
      role="progressbar"
      aria-label={label}
      aria-valuenow={done}
      aria-valuemin={0}
      aria-valuemax={all}
    >
      <div className={styles.bar} style={{ width: `${percent}%`, background: `var(--y-${tone}-solid)` }} />
    </div>
  )
}
