import { DisconnectOutlined, ReloadOutlined, WarningOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import type { ReactNode } from 'react'
import { ApiError } from '@/api/problem'
import { common, useLocale, useMessages } from '@/i18n'
import { errorStory, errorWords } from './errorText'
import styles from './StatePanel.module.css'

export interface ErrorStateProps {
  error: unknown
  onRetry?: () => void
  actions?: ReactNode
  compact?: boolean
}

/** What happened, what is safe, what to do, with the code to pass on. */
export function ErrorState({ error, onRetry, actions, compact }: ErrorStateProps) {
  const t = useMessages(common)
  const w = useMessages(errorWords)
  const story = errorStory(error, useLocale())
  const lost = error instanceof ApiError && error.kind !== 'answered'
  return (
    <div role="alert" className={`${styles.panel} ${styles.broken} ${compact ? styles.compact : ''}`}>
      <div className={styles.picture} aria-hidden>
        {lost ? <DisconnectOutlined /> : <WarningOutlined />}
      </div>
      <p className={styles.title}>{story.happened}</p>
      {story.detail !== undefined && <p className={styles.text}>{story.detail}</p>}
      <p className={styles.text}>{story.safe}</p>
      <p className={styles.text}>{story.todo}</p>
      <div className={styles.actions}>
        {onRetry !== undefined && (
          <Button type="primary" icon={<ReloadOutlined />} onClick={onRetry}>
            {t.retry}
          </Button>
        )}
        {actions}
      </div>
      <p className={styles.code}>
        {w.code} <code className="y-mono">{story.code}</code>
      </p>
    </div>
  )
}
