import { CloseOutlined } from '@ant-design/icons'
import { Button, Tooltip } from 'antd'
import { lazy, Suspense } from 'react'
import { useMessages } from '@/i18n'
import { IconButton, ProgressBar } from '@/ui'
import styles from './BulkBar.module.css'
import { type Selection, useChosen } from './selection'
import type { BulkAction } from './types'
import { type Running, useBulkRun } from './useBulkRun'
import { tableWords } from './words'

const ResultsDialog = lazy(() => import('./ResultsDialog'))

interface BulkBarProps<Row> {
  actions: readonly BulkAction<Row>[]
  selection: Selection<Row>
  rowId: (row: Row) => string
  /** After an action, whatever came of it. */
  onDone: () => void
}

/** What can be done with all chosen rows; every row's outcome is shown afterwards. */
export function BulkBar<Row>({ actions, selection, rowId, onDone }: BulkBarProps<Row>) {
  const t = useMessages(tableWords)
  const chosen = useChosen(selection)
  const { running, finished, start, retryFailed, dismiss } = useBulkRun(selection, rowId, onDone)
  return (
    <>
      {chosen.length > 0 && (
        <>
          <div className={styles.room} />
          <div className={styles.bar} role="toolbar" aria-label={t.selected(chosen.length)}>
            {running !== null && <Count running={running} />}
            {running === null && (
              <>
                <span className={styles.count}>{t.selected(chosen.length)}</span>
                {actions.map((action) => (
                  <BulkButton key={action.key} action={action} rows={chosen} onClick={() => start(action, chosen)} />
                ))}
                <IconButton size="large" label={t.clearSelection} icon={<CloseOutlined />} onClick={selection.clear} />
              </>
            )}
          </div>
        </>
      )}
      {finished !== null && (
        <Suspense>
          <ResultsDialog
            title={finished.action.label}
            results={finished.results}
            onRetry={() => retryFailed(finished)}
            onClose={dismiss}
          />
        </Suspense>
      )}
    </>
  )
}

function Count({ running: { done, all } }: { running: Running }) {
  const t = useMessages(tableWords)
  return (
    <>
      <span className={styles.count} role="status">
        {t.running(done, all)}
      </span>
      <span className={styles.progress}>
        <ProgressBar done={done} all={all} label={t.running(done, all)} />
      </span>
    </>
  )
}

interface BulkButtonProps<Row> {
  action: BulkAction<Row>
  rows: readonly Row[]
  onClick: () => void
}

function BulkButton<Row>({ action, rows, onClick }: BulkButtonProps<Row>) {
  const blocked = action.blocked?.(rows)
  return (
    <Tooltip title={blocked}>
      <Button
        data-bulk-action
        type={action.primary ? 'primary' : 'default'}
        danger={action.danger}
        icon={action.icon}
        disabled={blocked !== undefined}
        onClick={onClick}
      >
        {action.label}
      </Button>
    </Tooltip>
  )
}
