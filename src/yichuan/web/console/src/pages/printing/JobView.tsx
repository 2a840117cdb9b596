import {
  CheckCircleFilled,
  ClockCircleOutlined,
  CloseCircleFilled,
  DownloadOutlined,
  PrinterOutlined,
  ReloadOutlined,
} from '@ant-design/icons'
import { queryOptions, useMutation, useQuery } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useEffect, useMemo, useRef } from 'react'
import { api, type Schema, unwrap } from '@/api'
import { useLocale, useMessages } from '@/i18n'
import { randomId } from '@/lib/ids'
import { useLive } from '@/live'
import { saveUrl } from '@/table'
import { Chip, CopyableNumber, Dash, DetailSkeleton, ErrorState, errorTitle, type PlainColumn, PlainTable, ProgressBar } from '@/ui'
import { openLabels } from './acts'
import { refreshQueues } from './data'
import styles from './PrintDialog.module.css'
import { printWords } from './printWords'
import { reasonOf } from './reasons'

type Job = Schema<'PrintJobDetail'>
type Item = Job['items'][number]

/** How often a running batch is asked about, in milliseconds; it is told of its progress besides. */
const POLL_MS = 2_500

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ['print-job', id],
    queryFn: ({ signal }) =>
      unwrap(api.GET('/api/v1/print-jobs/{job_id}', { params: { path: { job_id: id } }, signal })),
    refetchInterval: ({ state }) => (state.data?.state === 'done' ? false : POLL_MS),
  })

interface JobViewProps {
  id: string
  autoFocus?: boolean
  /** A new batch was made of the failed rows. */
  onRetry?: (jobs: readonly Schema<'PrintJobView'>[]) => void
}

/** A batch as it goes: progress, the labels, and every row's result with the failures first. */
export function JobView({ id, autoFocus = false, onRetry }: JobViewProps) {
  const job = useQuery(jobQuery(id))
  const over = job.data?.state === 'done'
  useLive((event) => {
    if (event.type === 'print_job' && event.data.job_id === id) void job.refetch()
  })
  useEffect(() => {
    if (over) refreshQueues()
  }, [over])
  if (job.data === undefined) {
    return job.isError ? <ErrorState compact error={job.error} onRetry={() => void job.refetch()} /> : <DetailSkeleton />
  }
  return (
    <div className={styles.job}>
      <Headline job={job.data} />
      {over && <Acts job={job.data} autoFocus={autoFocus} onRetry={onRetry} />}
      <Rows items={job.data.items} />
    </div>
  )
}

function Headline({ job }: { job: Job }) {
  const t = useMessages(printWords)
  const done = job.succeeded + job.failed
  if (job.state !== 'done') {
    const text = job.state === 'queued' ? t.queued : t.working(done, job.total)
    return (
      <div role="status">
        <p className={styles.headline}>{text}</p>
        <ProgressBar done={done} all={job.total} label={text} />
      </div>
    )
  }
  const bad = job.failed > 0
  const text = !bad ? t.finished(job.succeeded) : job.succeeded > 0 ? t.partly(job.succeeded, job.failed) : t.allFailed(job.failed)
  const Icon = bad ? CloseCircleFilled : CheckCircleFilled
  return (
    <div role="status">
      <p className={styles.headline}>
        <Icon style={{ color: `var(--y-${bad ? 'broken' : 'done'}-text)` }} />
        {text}
        {job.finished_at !== null && (
          <span className={styles.note}>
            {t.took(((Date.parse(job.finished_at) - Date.parse(job.created_at)) / 1000).toFixed(1))}
          </span>
        )}
      </p>
      <ProgressBar done={job.succeeded} all={job.total} tone={bad ? 'broken' : 'done'} label={text} />
    </div>
  )
}

interface ActsProps extends Omit<JobViewProps, 'id'> {
  job: Job
}

function Acts({ job, autoFocus, onRetry }: ActsProps) {
  const t = useMessages(printWords)
  const locale = useLocale()
  const { message } = App.useApp()
  const open = useRef<HTMLButtonElement>(null)
  const failed = job.items.filter(({ state }) => state === 'failed').map(({ shipment_id }) => shipment_id)
  const retry = useMutation({
    mutationFn: (key: string) =>
      unwrap(
        api.POST('/api/v1/print-jobs', {
          body: { shipment_ids: failed, size: job.size, courier: job.courier },
          params: { header: { 'Idempotency-Key': key } },
        }),
      ),
    onSuccess: ({ jobs }) => onRetry?.(jobs),
    onError: (error) => message.error(errorTitle(error, locale)),
  })
  useEffect(() => {
    if (autoFocus) open.current?.focus()
  }, [autoFocus])
  return (
    <div className={styles.acts}>
      {job.has_labels && (
        <>
          <Button ref={open} type="primary" icon={<PrinterOutlined />} onClick={() => openLabels(job.id)}>
            {t.openPdf}
          </Button>
          <Button
            icon={<DownloadOutlined />}
            onClick={() => saveUrl(`/api/v1/print-jobs/${job.id}/labels`, `labels-${job.id.slice(-8)}.pdf`)}
          >
            {t.savePdf}
          </Button>
        </>
      )}
      {failed.length > 0 && onRetry !== undefined && (
        <Button icon={<ReloadOutlined />} loading={retry.isPending} onClick={() => retry.mutate(randomId())}>
          {t.retry(failed.length)}
        </Button>
      )}
    </div>
  )
}

const RANK: Readonly<Record<Item['state'], number>> = { failed: 0, queued: 1, done: 2 }

function Rows({ items }: { items: readonly Item[] }) {
  const t = useMessages(printWords)
  const locale = useLocale()
  const sorted = useMemo(() => items.toSorted((a, b) => RANK[a.state] - RANK[b.state]), [items])
  const columns: PlainColumn<Item>[] = [
    {
      key: 'box',
      title: t.box,
      render: (item) => <CopyableNumber value={item.order_no ?? item.shipment_no ?? item.shipment_id.slice(-8)} />,
    },
    {
      key: 'waybill',
      title: t.waybill,
      render: ({ waybill_number }) => (waybill_number === null ? <Dash /> : <CopyableNumber value={waybill_number} />),
    },
    {
      key: 'result',
      title: t.result,
      render: ({ state, error }) => (
        <>
          {state === 'done' && <Chip tone="done" icon={CheckCircleFilled}>{t.done}</Chip>}
          {state === 'queued' && <Chip tone="waiting" icon={ClockCircleOutlined}>{t.waiting}</Chip>}
          {state === 'failed' && <Chip tone="broken" icon={CloseCircleFilled}>{t.failed}</Chip>}
          {error && <span className={styles.note}> {reasonOf(error, locale)}</span>}
        </>
      ),
    },
  ]
  return (
    <div className={styles.rows}>
      <PlainTable caption={t.result} columns={columns} rows={sorted} rowId={({ shipment_id }) => shipment_id} />
    </div>
  )
}
