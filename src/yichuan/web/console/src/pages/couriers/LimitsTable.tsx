import { Checkbox, InputNumber } from 'antd'
import { Fragment } from 'react'
import { useMessages } from '@/i18n'
import { HIGHER, type Limit, METRICS, type Metric } from './admissionData'
import { admissionWords } from './admissionWords'
import styles from './admission.module.css'

const NEW: Record<Metric, Omit<Limit, 'metric'>> = {
  pickup: { limit: 0.85, recover: 0.9, min_base: 50 },
  on_time: { limit: 0.8, recover: 0.85, min_base: 50 },
  exception: { limit: 0.1, recover: 0.07, min_base: 50 },
  damage: { limit: 0.01, recover: 0.006, min_base: 100 },
  complaint: { limit: 0.03, recover: 0.02, min_base: 100 },
}
const percent = (share: number) => Math.round(share * 10_000) / 100

interface LimitsTableProps {
  limits: readonly Limit[]
  disabled: boolean
  onChange: (limits: Limit[]) => void
}

/** A line for each metric: whether it counts, its limit, where it is good again, parcels at least. */
export function LimitsTable({ limits, disabled, onChange }: LimitsTableProps) {
  const t = useMessages(admissionWords)
  const put = (metric: Metric, values: Partial<Limit>) =>
    onChange(limits.map((one) => (one.metric === metric ? better({ ...one, ...values }, values) : one)))
  const toggle = (metric: Metric, on: boolean) => {
    const rest = limits.filter((one) => one.metric !== metric)
    onChange(METRICS.flatMap((key) => (key === metric ? (on ? [{ metric, ...NEW[metric] }] : []) : rest.filter((one) => one.metric === key))))
  }
  return (
    <div className={styles.limits}>
      <small>{t.metric}</small>
      <small>{t.limit}</small>
      <small>{t.recover}</small>
      <small>{t.minBase}</small>
      {METRICS.map((metric) => {
        const one = limits.find((limit) => limit.metric === metric)
        const off = disabled || one === undefined
        const share = (name: 'limit' | 'recover') => (
          <InputNumber
            aria-label={`${t.metrics[metric]} ${t[name]}`}
            min={0}
            max={100}
            step={0.5}
            suffix="%"
            disabled={off}
            style={{ width: '100%' }}
            value={one && percent(one[name])}
            onChange={(value) => value !== null && put(metric, { [name]: value / 100 })}
          />
        )
        return (
          <Fragment key={metric}>
            <Checkbox
              disabled={disabled || (one !== undefined && limits.length === 1)}
              checked={one !== undefined}
              onChange={(event) => toggle(metric, event.target.checked)}
            >
              {t.metrics[metric]}
            </Checkbox>
            {share('limit')}
            {share('recover')}
            <InputNumber
              aria-label={`${t.metrics[metric]} ${t.minBase}`}
              min={1}
              max={1_000_000}
              precision={0}
              disabled={off}
              style={{ width: '100%' }}
              value={one?.min_base}
              onChange={(value) => value !== null && put(metric, { min_base: value })}
            />
          </Fragment>
        )
      })}
    </div>
  )
}

/** The second line is never worse than the first: whichever was moved takes the other along. */
function better(one: Limit, moved: Partial<Limit>): Limit {
  const worse = HIGHER.has(one.metric) ? one.recover < one.limit : one.recover > one.limit
  if (!worse) return one
  return moved.limit === undefined ? { ...one, limit: one.recover } : { ...one, recover: one.limit }
}
