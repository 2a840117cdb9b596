import { formatPercent } from '@/format'
import { useLocale, useMessages } from '@/i18n'
import type { Tone } from '@/theme/palette'
import type { Figure } from './admissionData'
import { admissionWords } from './admissionWords'
import styles from './admission.module.css'

const TONES: Record<Figure['verdict'], Tone> = { good: 'done', close: 'risk', bad: 'broken', unknown: 'waiting' }

/** Each metric of the last window as a bar, with a mark where the standard's line is. */
export function AdmissionFigures({ figures }: { figures: readonly Figure[] }) {
  return (
    <div className={styles.figures}>
      {figures.map((one) => (
        <OneFigure key={one.metric} one={one} />
      ))}
    </div>
  )
}

function OneFigure({ one }: { one: Figure }) {
  const t = useMessages(admissionWords)
  const locale = useLocale()
  const name = locale === 'zh-CN' ? one.name_zh : one.name_en
  const value = one.value ?? 0
  // shares near 0 would be invisible on a rail from 0 to 1
  const full = one.higher ? 1 : Math.max(one.limit * 2.5, value, 0.001)
  const said = one.value === null ? '–' : formatPercent(one.value)
  return (
    <div className={styles.figure}>
      <div className={styles.name}>
        <span>{name}</span>
        <b>{said}</b>
      </div>
      <div className={styles.rail} role="img" aria-label={`${name} ${said}，${t.need(formatPercent(one.limit), one.higher)}`}>
        <div
          className={styles.fill}
          style={{ width: `${Math.min(100, (value / full) * 100)}%`, background: `var(--y-${TONES[one.verdict]}-solid)` }}
        />
        <div className={styles.mark} style={{ left: `${Math.min(100, (one.limit / full) * 100)}%` }} />
      </div>
      <div className={styles.below}>
        <span>{t.need(formatPercent(one.limit), one.higher)}</span>
        <span>
          {one.verdict === 'unknown' ? t.few : one.amount !== null && one.base !== null ? t.counted(one.amount, one.base) : ''}
        </span>
      </div>
    </div>
  )
}
