import { CloseOutlined } from '@ant-design/icons'
import { App, Button, Progress, Tooltip } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { common, useLocale, useMessages } from '@/i18n'
import { errorTitle, IconButton } from '@/ui'
import styles from './BulkBar.module.css'
import type { BulkAction, RowResult } from './types'
import { type Selection, useChosen } from './selection'
import { tableWords } from './words'

const ResultsDialog = lazy(() => import('./ResultsDialog'))

interface BulkBarProps<Row> {
  actions: readonly BulkAction<Row>[]
  selection: Selection<Row>
  rowId: (row: Row) => string
  /** After an action, whatever came of it. */
  onDone: () => void
}

interface Finished<Row> {
  action: BulkAction<Row>
  results: readonly RowResult[]
  rows: readonly Row[]
}

/** What can be done with all chosen rows; every row's outcome is shown afterwards. */
export function BulkBar<Row>({ actions, selection, rowId, onDone }: BulkBarProps<Row>) {
  const t = useMessages(tableWords)
  const c = useMessages(common)
  const locale = useLocale()
  const { message, modal } = App.useApp()
  const chosen = useChosen(selection)
  const [running, setRunning] = useState<{ key: string; done: number; all: number } | null>(null)
  const [finished, setFinished] = useState<Finished<Row> | null>(null)

  const run = async (action: BulkAction<Row>, rows: readonly Row[]) => {
    setFinished(null)
    setRunning({ key: action.key, done: 0, all: rows.length })
    try {
      const results = await action.run(rows, (done) => setRunning((now) => now && { ...now, done }))
      setFinished({ action, results, rows })
      if (results.every(({ ok }) => ok)) selection.clear()
    } catch (error) {
      message.error(errorTitle(error, locale))
    } finally {
      setRunning(null)
      onDone()
    }
  }

  const start = (action: BulkAction<Row>) => {
    const question = action.confirm?.(chosen)
    if (question === undefined) {
      void run(action, chosen)
      return
    }
    void modal.confirm({
      title: action.label,
      content: question,
      okText: action.label,
      cancelText: c.cancel,
      okButtonProps: { danger: action.danger ?? false },
      onOk: () => void run(action, chosen),
    })
  }

  const retry = ({ action, results, rows }: Finished<Row>) => {
    const failed = new Set(results.filter(({ ok }) => !ok).map(({ id }) => id))
    void run(action, rows.filter((row) => failed.has(rowId(row))))
  }

  return (
    <>
      {chosen.length > 0 && (
        <div className={styles.bar} role="toolbar" aria-label={t.selected(chosen.length)}>
          {running === null ? (
            <>
              <span className={styles.count}>{t.selected(chosen.length)}</span>
              {actions.map((action) => (
                <BulkButton key={action.key} action={action} rows={chosen} onClick={() => start(action)} />
              ))}
              <IconButton size="large" label={t.clearSelection} icon={<CloseOutlined />} onClick={selection.clear} />
            </>
          ) : (
            <>
              <span className={styles.count} role="status">
                {t.running(running.done, running.all)}
              </span>
              <Progress
                className={styles.progress}
                percent={running.all === 0 ? 0 : Math.round((running.done / running.all) * 100)}
                status="active"
                showInfo={false}
              />
            </>
          )}
        </div>
      )}
      {chosen.length > 0 && <div className={styles.room} />}
      {finished !== null && (
        <Suspense>
          <ResultsDialog
            title={finished.action.label}
            results={finished.results}
            onRetry={() => retry(finished)}
            onClose={() => setFinished(null)}
          />
        </Suspense>
      )}
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
