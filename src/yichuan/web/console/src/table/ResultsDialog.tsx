import { CheckCircleFilled, CloseCircleFilled } from '@ant-design/icons'
import { Alert, App, Button, Modal, Switch } from 'antd'
import { useState } from 'react'
import { common, useMessages } from '@/i18n'
import { copyText } from '@/lib/clipboard'
import { Chip } from '@/ui'
import styles from './BulkBar.module.css'
import type { RowResult } from './types'
import { tableWords } from './words'

interface ResultsDialogProps {
  title: string
  results: readonly RowResult[]
  onRetry: () => void
  onClose: () => void
}

/** What came of an action on many rows, row by row, failures first. */
export default function ResultsDialog({ title, results, onRetry, onClose }: ResultsDialogProps) {
  const t = useMessages(tableWords)
  const c = useMessages(common)
  const { message } = App.useApp()
  const failed = results.filter(({ ok }) => !ok)
  const done = results.length - failed.length
  const [failedOnly, setFailedOnly] = useState(failed.length > 0)
  const shown = failedOnly ? failed : [...failed, ...results.filter(({ ok }) => ok)]
  const headline =
    failed.length === 0 ? t.allDone(done) : done === 0 ? t.noneDone(failed.length) : t.someFailed(done, failed.length)
  const copyFailed = async () => {
    if (await copyText(failed.map(({ label }) => label).join('\n'))) message.success(c.copied)
    else message.error(c.copyFailed)
  }
  return (
    <Modal
      open
      width={640}
      title={`${title} · ${t.results}`}
      onCancel={onClose}
      footer={[
        failed.length > 0 && (
          <Button key="copy" onClick={() => void copyFailed()}>
            {t.copyFailed}
          </Button>
        ),
        failed.length > 0 && (
          <Button key="retry" onClick={onRetry}>
            {t.retryFailed}
          </Button>
        ),
        <Button key="close" type="primary" onClick={onClose}>
          {c.close}
        </Button>,
      ]}
    >
      <div className={styles.dialog}>
        <Alert showIcon type={failed.length === 0 ? 'success' : done === 0 ? 'error' : 'warning'} title={headline} />
        {failed.length > 0 && done > 0 && (
          <label className={styles.filter}>
            {t.failedOnly} <Switch checked={failedOnly} onChange={setFailedOnly} />
          </label>
        )}
        <ul className={styles.results}>
          {shown.map((result) => (
            <Line key={result.id} result={result} />
          ))}
        </ul>
      </div>
    </Modal>
  )
}

function Line({ result }: { result: RowResult }) {
  const t = useMessages(tableWords)
  return (
    <li className={styles.result}>
      <span className="y-mono">{result.label}</span>
      <Chip tone={result.ok ? 'done' : 'broken'} icon={result.ok ? CheckCircleFilled : CloseCircleFilled}>
        {result.ok ? t.succeeded : t.failed}
      </Chip>
      {(result.message !== undefined || result.code !== undefined) && (
        <span className={styles.why}>
          {result.message} {result.code !== undefined && <code className="y-mono">{result.code}</code>}
        </span>
      )}
    </li>
  )
}
