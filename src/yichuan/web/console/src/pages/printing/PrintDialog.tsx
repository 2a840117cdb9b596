import { Modal } from 'antd'
import { useState } from 'react'
import type { Schema } from '@/api'
import { useMessages } from '@/i18n'
import type { Box } from './data'
import { refreshQueues } from './data'
import { JobView } from './JobView'
import styles from './PrintDialog.module.css'
import { PrintForm } from './PrintForm'
import { printWords } from './printWords'

interface PrintDialogProps {
  rows: readonly Box[]
  /** `started`: a batch is under way or over; it goes on without the dialog. */
  onClose: (started: boolean) => void
}

/** From a choice of boxes to paper: what would stop it, then its progress, then the labels. */
export default function PrintDialog({ rows, onClose }: PrintDialogProps) {
  const t = useMessages(printWords)
  const [jobs, setJobs] = useState<readonly Schema<'PrintJobView'>[]>([])
  const close = () => {
    if (jobs.length > 0) refreshQueues()
    onClose(jobs.length > 0)
  }
  return (
    <Modal open title={t.title(rows.length)} width={760} footer={null} onCancel={close} mask={{ closable: false }} focusable={{ trap: true }}>
      {jobs.length === 0 ? (
        <PrintForm rows={rows} onStarted={setJobs} onCancel={close} />
      ) : (
        <div className={styles.jobs}>
          {jobs.map(({ id }, index) => (
            <JobView key={id} id={id} autoFocus={index === 0} onRetry={setJobs} />
          ))}
        </div>
      )}
    </Modal>
  )
}
