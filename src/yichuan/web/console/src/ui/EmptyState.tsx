import { InboxOutlined } from '@ant-design/icons'
import type { ReactNode } from 'react'
import styles from './StatePanel.module.css'

export interface EmptyStateProps {
  /** What is not here: "还没有运单". */
  title: string
  /** What will fill it, and how: never leave the reader without a next step. */
  how: ReactNode
  /** Buttons or links that do it. */
  actions?: ReactNode
  icon?: ReactNode
  compact?: boolean
}

export function EmptyState({ title, how, actions, icon, compact }: EmptyStateProps) {
  return (
    <div className={`${styles.panel} ${compact ? styles.compact : ''}`}>
      <div className={styles.picture} aria-hidden>
        {icon ?? <InboxOutlined />}
      </div>
      <p className={styles.title}>{title}</p>
      <div className={styles.text}>{how}</div>
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  )
}
