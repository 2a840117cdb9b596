import type { ReactNode } from 'react'
import { common, useMessages } from '@/i18n'
import styles from './Skeletons.module.css'

/** One grey bar where a word or a number will be. */
export function Bar({ width = '100%', height = 12 }: { width?: string | number; height?: number }) {
  return <span className={styles.bar} style={{ width, height }} />
}

function Waiting({ className, children }: { className?: string; children: ReactNode }) {
  const t = useMessages(common)
  return (
    <div role="status" aria-live="polite" className={className}>
      <span className="y-sr">{t.loading}</span>
      <div aria-hidden>{children}</div>
    </div>
  )
}

const WIDTHS = ['62%', '38%', '80%', '50%', '70%', '44%']

/** The shape of a list before its rows come. */
export function ListSkeleton({ rows = 8, columns = 5 }: { rows?: number; columns?: number }) {
  return (
    <Waiting>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={styles.row}>
          {Array.from({ length: columns }, (_, column) => (
            <span key={column} style={{ flex: column === 0 ? 1.4 : 1 }}>
              <Bar width={WIDTHS[(row + column * 2) % WIDTHS.length]} />
            </span>
          ))}
        </div>
      ))}
    </Waiting>
  )
}

/** The shape of a detail or a panel before its contents come. */
export function DetailSkeleton({ lines = 6 }: { lines?: number }) {
  return (
    <Waiting className={styles.stack}>
      <div style={{ display: 'grid', gap: 14 }}>
        <Bar width="45%" height={20} />
        {Array.from({ length: lines }, (_, line) => (
          <Bar key={line} width={WIDTHS[line % WIDTHS.length]} />
        ))}
      </div>
    </Waiting>
  )
}

/** The shape of a page while its code is on the way. */
export function PageSkeleton() {
  return (
    <Waiting className={styles.page}>
      <div style={{ display: 'grid', gap: 24 }}>
        <Bar width={180} height={24} />
        <Bar height={72} />
        <Bar height={320} />
      </div>
    </Waiting>
  )
}
