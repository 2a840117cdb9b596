import { CheckCircleFilled } from '@ant-design/icons'
import type { ComponentType, ReactNode } from 'react'
import { Link } from 'react-router'
import { formatCount } from '@/format'
import { Panel } from '@/ui'
import styles from './overview.module.css'

export interface Line {
  key: string
  icon?: ComponentType<{ className?: string; 'aria-hidden'?: boolean }>
  name: ReactNode
  value: ReactNode
  to: string
  tone?: 'risk' | 'broken'
}

interface FigureListProps {
  title: ReactNode
  extra?: ReactNode
  lines: readonly Line[]
  /** What it means that there are none. */
  none: string
  /** The whole of a long list, of which only the first lines are shown. */
  rest?: { to: string; label: (lines: number, sum: number) => string }
}

/** As many lines as leave the next panel in sight. */
const SHOWN = 6

const sumOf = (lines: readonly Line[]) => lines.reduce((sum, { value }) => sum + (typeof value === 'number' ? value : 0), 0)

/** Numbers under one another, each of which opens its list. */
export function FigureList({ title, extra, lines, none, rest }: FigureListProps) {
  const shown = rest === undefined || lines.length <= SHOWN + 1 ? lines : lines.slice(0, SHOWN)
  const left = lines.slice(shown.length)
  return (
    <Panel title={title} extra={extra}>
      {lines.length === 0 ? (
        <p className={styles.none}>
          <CheckCircleFilled aria-hidden /> {none}
        </p>
      ) : (
        <ul className={styles.lines}>
          {shown.map(({ key, icon: Icon, name, value, to, tone }) => (
            <li key={key}>
              <Link to={to} className={`${styles.line} ${tone ? styles[tone] : ''}`}>
                {Icon && <Icon aria-hidden />}
                <span className={styles.name}>{name}</span>
                <span className={styles.value}>{typeof value === 'number' ? formatCount(value) : value}</span>
              </Link>
            </li>
          ))}
          {rest !== undefined && left.length > 0 && (
            <li>
              <Link to={rest.to} className={styles.line}>
                <span className={styles.more}>{rest.label(left.length, sumOf(left))}</span>
              </Link>
            </li>
          )}
        </ul>
      )}
    </Panel>
  )
}
