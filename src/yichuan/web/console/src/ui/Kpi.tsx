import { ArrowDownOutlined, ArrowUpOutlined } from '@ant-design/icons'
import type { ComponentType, ReactNode } from 'react'
import { Link, type To } from 'react-router'
import { formatCount } from '@/format'
import type { Tone } from '@/theme/palette'
import styles from './Kpi.module.css'
import { Bar } from './Skeletons'

export interface KpiProps {
  label: string
  /** A count is grouped; anything else (money, a rate) is shown as given. Absent while loading. */
  value: number | ReactNode | undefined
  unit?: string
  /** The list behind the number: a figure without its parcels is decoration. */
  to: To
  icon?: ComponentType<{ className?: string }>
  /** Colours the number when it means something; leave it out for plain facts. */
  tone?: Tone
  /** How it changed, or what it is measured against. */
  note?: ReactNode
}

/** A number that opens the parcels behind it. */
export function Kpi({ label, value, unit, to, icon: Icon, tone, note }: KpiProps) {
  return (
    <Link to={to} className={`${styles.card} ${tone ? styles[tone] : ''}`}>
      <span className={styles.label}>
        {Icon && <Icon className={styles.mark} />}
        {label}
      </span>
      <span className={styles.value}>
        {value === undefined ? (
          <Bar width="60%" height={24} />
        ) : typeof value === 'number' ? (
          formatCount(value)
        ) : (
          value
        )}
        {unit !== undefined && value !== undefined && <span className={styles.unit}>{unit}</span>}
      </span>
      {note !== undefined && <span className={styles.note}>{note}</span>}
    </Link>
  )
}

export function KpiGrid({ children }: { children: ReactNode }) {
  return <div className={styles.grid}>{children}</div>
}

export interface DeltaProps {
  /** Change in percent, 4.2 for +4.2%. */
  percent: number
  /** Whether more is better; decides the colour, the arrow tells the direction. */
  upIsGood?: boolean
  /** Compared with what: "较昨日". */
  against: string
}

/** "较昨日 ↑ 4.2%" */
export function Delta({ percent, upIsGood = true, against }: DeltaProps) {
  const up = percent >= 0
  const colour = percent === 0 ? 'waiting' : up === upIsGood ? 'done' : 'broken'
  return (
    <>
      {against}{' '}
      <span style={{ color: `var(--y-${colour}-text)`, whiteSpace: 'nowrap' }}>
        {percent !== 0 && (up ? <ArrowUpOutlined /> : <ArrowDownOutlined />)} {Math.abs(percent).toFixed(1)}%
      </span>
    </>
  )
}
