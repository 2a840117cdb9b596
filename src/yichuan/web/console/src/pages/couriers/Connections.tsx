import { CheckCircleOutlined, PauseCircleOutlined, PlusOutlined, WarningOutlined } from '@ant-design/icons'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Modal, Space } from 'antd'
import { useState } from 'react'
import { useLocale, useMessages } from '@/i18n'
import { Chip, CopyableNumber, Dash, DetailSkeleton, EmptyState, ErrorState, errorTitle, Panel, PlainTable, TimeAgo } from '@/ui'
import { ConnectionForm } from './ConnectionForm'
import { connectionWords } from './connectionWords'
import { Polling } from './Polling'
import { changeConnection, type Connection, connectionsQuery, connectorsQuery, healthQuery, testConnection } from './data'

/** The APIs we are connected to: what they are, whether they work, and how their calls went. */
export function Connections() {
  const t = useMessages(connectionWords)
  const locale = useLocale()
  const [form, setForm] = useState<'new' | Connection>()
  const [watched, setWatched] = useState<Connection>()
  const { data, error, isError, refetch } = useQuery(connectionsQuery)
  const connectors = useQuery(connectorsQuery)
  const nameOf = (row: Connection) => {
    const found = connectors.data?.items.find((one) => one.name === row.connector)
    return found ? (locale === 'zh-CN' ? found.zh : found.en) : row.connector
  }
  const add = (
    <Button size="small" icon={<PlusOutlined />} onClick={() => setForm('new')}>
      {t.add}
    </Button>
  )
  return (
    <Panel title={t.title} extra={add} flush>
      {data ? (
        <PlainTable
          caption={t.title}
          rows={data.items}
          rowId={(row) => row.id}
          empty={<EmptyState title={t.none} how={t.noneHow} />}
          columns={[
            { key: 'name', title: t.name, render: (row) => <span style={WHOLE}>{row.name}</span> },
            { key: 'connector', title: t.connector, render: (row) => <span style={WHOLE}>{nameOf(row)}</span> },
            { key: 'endpoint', title: t.endpoint, render: (row) => row.endpoint },
            { key: 'owner', title: t.owner, render: (row) => <span style={WHOLE}>{row.merchant_id === null ? t.platform : t.merchantOwn}</span> },
            { key: 'push', title: t.pushUrl, render: (row) => <PushUrl row={row} /> },
            { key: 'state', title: t.state, render: (row) => <State row={row} /> },
            { key: 'ok', title: t.lastOk, render: (row) => <TimeAgo at={row.last_ok_at} /> },
            { key: 'acts', title: t.acts, render: (row) => <Acts row={row} onEdit={setForm} onWatch={setWatched} /> },
          ]}
        />
      ) : isError ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <DetailSkeleton />
      )}
      {form && <ConnectionForm editing={form === 'new' ? undefined : form} onClose={() => setForm(undefined)} />}
      {watched && <Health row={watched} onClose={() => setWatched(undefined)} />}
    </Panel>
  )
}

const WHOLE = { whiteSpace: 'nowrap' } as const

/** The address is long and secret: its path is shown, all of it is copied. */
function PushUrl({ row }: { row: Connection }) {
  return <CopyableNumber value={row.push_url}>{`/push/${row.connector}/…`}</CopyableNumber>
}

function State({ row }: { row: Connection }) {
  const t = useMessages(connectionWords)
  if (!row.enabled)
    return (
      <Chip tone="waiting" icon={PauseCircleOutlined}>
        {t.disabled}
      </Chip>
    )
  const failed = row.last_error !== null
  return (
    <span title={row.last_error ?? undefined}>
      <Chip tone={failed ? 'broken' : 'done'} icon={failed ? WarningOutlined : CheckCircleOutlined}>
        {failed ? t.testFailed : t.enabled}
      </Chip>
    </span>
  )
}

interface ActsProps {
  row: Connection
  onEdit: (row: Connection) => void
  onWatch: (row: Connection) => void
}

function Acts({ row, onEdit, onWatch }: ActsProps) {
  const t = useMessages(connectionWords)
  const locale = useLocale()
  const client = useQueryClient()
  const { message, modal } = App.useApp()
  const onError = (error: Error) => message.error(errorTitle(error, locale))
  const done = () => void client.invalidateQueries(connectionsQuery)
  const test = useMutation({
    mutationFn: () => testConnection(row.id),
    onSuccess: (answer) => {
      if (answer.ok) message.success(t.testOk(answer.balance ?? null))
      else modal.error({ title: t.testFailed, content: t.testFailedHow(answer.courier_text ?? '', answer.code ?? '') })
      done()
    },
    onError,
  })
  const toggle = useMutation({ mutationFn: () => changeConnection(row.id, { enabled: !row.enabled }), onSuccess: done, onError })
  return (
    <Space size={4}>
      <Button size="small" loading={test.isPending} onClick={() => test.mutate()}>
        {t.test}
      </Button>
      <Button size="small" onClick={() => onEdit(row)}>
        {t.editAct}
      </Button>
      <Button size="small" onClick={() => onWatch(row)}>
        {t.health}
      </Button>
      <Button size="small" loading={toggle.isPending} onClick={() => toggle.mutate()}>
        {row.enabled ? t.disable : t.enable}
      </Button>
    </Space>
  )
}

function Health({ row, onClose }: { row: Connection; onClose: () => void }) {
  const t = useMessages(connectionWords)
  const { data, error, isError, refetch } = useQuery(healthQuery(row.id))
  return (
    <Modal open footer={null} width={720} title={t.healthOf(row.name)} onCancel={onClose}>
      {isError && <ErrorState error={error} onRetry={() => void refetch()} />}
      {!data && !isError && <DetailSkeleton />}
      <Polling id={row.id} />
      {data?.resting && <Alert type="warning" showIcon title={t.resting} style={{ marginBottom: 12 }} />}
      {data && (
        <PlainTable
          caption={t.health}
          rows={data.operations}
          rowId={(one) => one.operation}
          empty={<EmptyState title={t.noCalls} how={t.noCallsHow} />}
          columns={[
            { key: 'operation', title: t.operation, render: (one) => t.operations[one.operation] ?? one.operation },
            { key: 'calls', title: t.calls, align: 'right', render: (one) => one.calls.toLocaleString() },
            { key: 'failures', title: t.failures, align: 'right', render: (one) => one.failures.toLocaleString() },
            { key: 'ms', title: t.meanMs, align: 'right', render: (one) => one.mean_ms.toLocaleString() },
            { key: 'error', title: t.lastError, render: (one) => one.last_error ?? <Dash /> },
          ]}
        />
      )}
    </Modal>
  )
}
