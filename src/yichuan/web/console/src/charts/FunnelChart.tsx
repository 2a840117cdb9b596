import { Link } from 'react-router'
import { formatCount, formatPercent } from '@/format'
import { defineMessages, useMessages } from '@/i18n'
import type { Tone } from '@/theme/palette'
import { Bar } from '@/ui'
import styles from './FunnelChart.module.css'

const words = defineMessages(
  { ofFirst: '占首环节', fromPrevious: '较上一环节' },
  { ofFirst: 'of the first step', fromPrevious: 'of the step before' },
)

export interface FunnelStep {
  name: string
  value: number
  /** The parcels of this step. */
  to: string
  tone?: Tone
}

export interface FunnelChartProps {
  summary: string
  /** In the order of the way; absent while loading. */
  steps: readonly FunnelStep[] | undefined
}

/**
 * Steps of one way under one another: bar, count, share of the first, and how much came through
 * from the step before. Plain markup: every number is a link and is read out as it stands.
 */
export function FunnelChart({ summary, steps }: FunnelChartProps) {
  const t = useMessages(words)
  if (steps === undefined) return <Bar height={220} />
  const first = steps[0]?.value ?? 0
  const share = (value: number, of: number) => (of > 0 ? value / of : 0)
  return (
    <ol className={styles.funnel} aria-label={summary}>
      {steps.map(({ name, value, to, tone = 'moving' }, index) => {
        const before = steps[index - 1]?.value
        return (
          <li key={name}>
            <Link to={to} className={styles.step}>
              <span className={styles.name}>{name}</span>
              <span className={styles.rail}>
                <span
                  className={styles.bar}
                  style={{ width: `${share(value, first) * 100}%`, background: `var(--y-${tone}-solid)` }}
                />
              </span>
              <span className={styles.value}>{formatCount(value)}</span>
              <span className={styles.share} title={t.ofFirst}>
                {formatPercent(share(value, first), 0)}
              </span>
              <span className={styles.through} title={t.fromPrevious}>
                {before !== undefined && `↳ ${formatPercent(share(value, before), 0)}`}
              </span>
            </Link>
          </li>
        )
      })}
    </ol>
  )
}
