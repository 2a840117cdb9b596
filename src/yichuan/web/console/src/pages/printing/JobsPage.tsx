import { CheckCircleFilled, ClockCircleOutlined, CloseCircleFilled, DownloadOutlined, PrinterOutlined, SyncOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api, type Schema, unwrap } from '@/api'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { formatMinute } from '@/format'
import { type Column, DataTable, type Detail, type DetailProps, type Filter, type RowAction, saveUrl, WIDTH } from '@/table'
import { Chip, CourierTag, Dash, PageHeader, ProgressBar, TimeAgo } from '@/ui'
import { openLabels } from './acts'
import { merchantsQuery } from '../merchants/names'
import { JobView } from './JobView'
import { PrintingNav } from './PrintingNav'
import { printWords } from './printWords'
import { printingWords } from './words'

type Job = Schema<'PrintJobView'>
const rowId = (row: Job) => row.id

export function JobTitle({ row }: DetailProps<Job>) {
  const t = useMessages(printWords)
  return <>{row === undefined ? t.job : `${t.job} ${formatMinute(new Date(row.created_at))}`}</>
}

const Body = ({ id }: DetailProps<Job>) => <JobView id={id} />

const detail: Detail<Job> = {
  title: (props) => <JobTitle {...props} />,
  body: Body,
  path: (id) => `/printing/jobs/${id}`,
}

function JobState({ row }: { row: Job }) {
  const t = useMessages(printWords)
  if (row.state === 'queued') return <Chip tone="waiting" icon={ClockCircleOutlined}>{t.stateQueued}</Chip>
  if (row.state === 'running') return <Chip tone="moving" icon={SyncOutlined}>{t.stateRunning}</Chip>
  if (row.failed > 0) return <Chip tone="broken" icon={CloseCircleFilled} aside={row.failed}>{t.stateBad}</Chip>
  return <Chip tone="done" icon={CheckCircleFilled}>{t.stateDone}</Chip>
}

/** 打印记录: every batch with its progress, its failures and its labels. */
export function Component() {
  const p = useMessages(printingWords)
  const t = useMessages(printWords)
  const staff = useMe().merchant === null
  const merchants = useQuery({ ...merchantsQuery, enabled: staff }).data
  const filters = useMemo<Filter[]>(() => {
    const options = (merchants ?? []).map(({ id, name }) => ({ value: id, label: name }))
    return staff ? [{ key: 'merchant', label: t.merchant, kind: 'choice', single: true, options }] : []
  }, [staff, merchants, t])
  const columns = useMemo<Column<Job>[]>(() => {
    const names = new Map(merchants?.map(({ id, name }) => [id, name]))
    return [
      { key: 'started', title: t.started, width: 170, always: true, card: 'title', render: (row) => <TimeAgo at={row.created_at} /> },
      { key: 'state', title: t.state, width: WIDTH.state, card: 'state', render: (row) => <JobState row={row} /> },
      {
        key: 'progress',
        title: t.progress,
        width: 220,
        render: (row) => {
          const done = row.succeeded + row.failed
          return (
            <span style={{ display: 'grid', gap: 4 }}>
              <span className="y-number">{`${done} / ${row.total}`}</span>
              <ProgressBar done={done} all={row.total} tone={row.failed > 0 ? 'broken' : 'done'} label={t.progress} />
            </span>
          )
        },
      },
      ...(staff ? [{ key: 'merchant', title: t.merchant, width: 160, render: (row: Job) => names.get(row.merchant_id) ?? <Dash /> }] : []),
      { key: 'courier', title: t.courier, width: WIDTH.courier, render: (row) => (row.courier === null ? t.auto : <CourierTag code={row.courier} />) },
      { key: 'size', title: t.size, width: 120, render: (row) => `${row.size.replace('x', '×')} mm` },
    ]
  }, [t, staff, merchants])
  const rowActions = useMemo(
    () =>
      (row: Job): readonly RowAction<Job>[] => [
        { key: 'open', label: t.openPdf, icon: <PrinterOutlined />, disabled: !row.has_labels, run: () => openLabels(row.id) },
        {
          key: 'save',
          label: t.savePdf,
          icon: <DownloadOutlined />,
          disabled: !row.has_labels,
          run: () => saveUrl(`/api/v1/print-jobs/${row.id}/labels`, `labels-${row.id.slice(-8)}.pdf`),
        },
      ],
    [t],
  )
  return (
    <>
      <PageHeader title={p.title} />
      <PrintingNav />
      <DataTable<Job>
        name="print-jobs"
        rowId={rowId}
        columns={columns}
        filters={filters}
        load={(query, signal) =>
          unwrap(
            api.GET('/api/v1/print-jobs', {
              params: {
                query: {
                  merchant_id: query.filters.merchant?.[0],
                  cursor: query.cursor === '' ? undefined : query.cursor,
                  limit: query.limit,
                },
              },
              signal,
            }),
          )
        }
        refreshEvery={5_000}
        rowActions={rowActions}
        rowTone={(row) => (row.failed > 0 ? 'broken' : undefined)}
        detail={detail}
        empty={{ title: t.noJobs, how: t.noJobsHow }}
      />
    </>
  )
}
