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
}

/** Numbers under one another, each of which opens its list. */
export function FigureList({ title, extra, lines, none }: FigureListProps) {
  return (
    <Panel title={title} extra={extra}>
      {lines.length === 0 ? (
        <p className={styles.none}>
          <CheckCircleFilled aria-hidden /> {none}
        </p>
      ) : (
        <ul className={styles.lines}>
          {lines.map(({ key, icon: Icon, name, value, to, tone }) => (
            <li key={key}>
              <Link to={to} className={`${styles.line} ${tone ? styles[tone] : ''}`}>
                {Icon && <Icon aria-hidden />}
                <span className={styles.name}>{name}</span>
                <span className={styles.value}>{typeof value === 'number' ? formatCount(value) : value}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}
