import { App } from 'antd'
import { useState } from 'react'
import { common, useLocale, useMessages } from '@/i18n'
import { errorTitle } from '@/ui'
import type { Selection } from './selection'
import type { BulkAction, RowResult } from './types'

export interface Running {
  done: number
  all: number
}

export interface Finished<Row> {
  action: BulkAction<Row>
  results: readonly RowResult[]
  rows: readonly Row[]
}

/**
 * Asks, runs, counts and remembers what came of an action on many rows. An action with a dialog of
 * its own answers with no results once it is over, or with an `AbortError` when it was given up.
 */
export function useBulkRun<Row>(selection: Selection<Row>, rowId: (row: Row) => string, onDone: () => void) {
  const c = useMessages(common)
  const locale = useLocale()
  const { message, modal } = App.useApp()
  const [running, setRunning] = useState<Running | null>(null)
  const [finished, setFinished] = useState<Finished<Row> | null>(null)

  const run = async (action: BulkAction<Row>, rows: readonly Row[]) => {
    setFinished(null)
    setRunning({ done: 0, all: rows.length })
    try {
      const results = await action.run(rows, (done) => setRunning({ done, all: rows.length }))
      if (results.length > 0) setFinished({ action, results, rows })
      if (results.every(({ ok }) => ok)) selection.clear()
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return
      message.error(errorTitle(error, locale))
    } finally {
      setRunning(null)
      onDone()
    }
  }

  const start = (action: BulkAction<Row>, rows: readonly Row[]) => {
    const question = action.confirm?.(rows)
    if (question === undefined) {
      void run(action, rows)
      return
    }
    void modal.confirm({
      title: action.label,
      content: question,
      okText: action.label,
      cancelText: c.cancel,
      okButtonProps: { danger: action.danger ?? false },
      onOk: () => void run(action, rows),
    })
  }

  const retryFailed = ({ action, results, rows }: Finished<Row>) => {
    const failed = new Set(results.filter(({ ok }) => !ok).map(({ id }) => id))
    void run(action, rows.filter((row) => failed.has(rowId(row))))
  }

  return { running, finished, start, retryFailed, dismiss: () => setFinished(null) }
}
