import { CheckCircleOutlined, PauseCircleOutlined, PlusOutlined } from '@ant-design/icons'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { Alert, Button, Form, Input, Modal, Space } from 'antd'
import { useState } from 'react'
import { api, type Schema, unwrap } from '@/api/client'
import { common, useMessages } from '@/i18n'
import { Chip, CopyableNumber, DetailSkeleton, EmptyState, ErrorState, Panel, PlainTable, TimeAgo } from '@/ui'
import { SettingsPage } from './SettingsPage'
import { useAct } from './useAct'
import { words } from './words'

type Endpoint = Schema<'EndpointView'>
type Made = Schema<'EndpointCreated'>
interface Wish {
  url: string
}

const hooksQuery = queryOptions({
  queryKey: ['webhook-endpoints'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/webhook-endpoints', { signal })),
})

const create = ({ url }: Wish) => unwrap(api.POST('/api/v1/webhook-endpoints', { body: { url, event_types: [] } }))
const change = ({ id, enabled }: { id: string; enabled: boolean }) => {
  const params = { path: { endpoint_id: id } }
  return unwrap(api.PATCH('/api/v1/webhook-endpoints/{endpoint_id}', { params, body: { enabled } }))
}
const test = (endpoint_id: string) =>
  unwrap(api.POST('/api/v1/webhook-endpoints/{endpoint_id}/test', { params: { path: { endpoint_id } } }))

/** Where events are sent; the signing secret is shown once. */
export function Component() {
  const t = useMessages(words)
  const [asking, setAsking] = useState(false)
  const [made, setMade] = useState<Made>()
  const hooks = useQuery(hooksQuery)
  return (
    <SettingsPage
      action={
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setAsking(true)}>
          {t.newHook}
        </Button>
      }
    >
      {made && (
        <Alert type="warning" showIcon title={t.keyOnce} description={<CopyableNumber value={made.secret} />} />
      )}
      <Panel title={t.webhooks} flush>
        {hooks.data ? (
          <Hooks rows={hooks.data.items} />
        ) : hooks.isError ? (
          <ErrorState error={hooks.error} onRetry={() => void hooks.refetch()} />
        ) : (
          <DetailSkeleton />
        )}
      </Panel>
      {asking && <HookForm onClose={() => setAsking(false)} onMade={setMade} />}
    </SettingsPage>
  )
}

function Hooks({ rows }: { rows: readonly Endpoint[] }) {
  const t = useMessages(words)
  return (
    <PlainTable
      caption={t.webhooks}
      rows={rows}
      rowId={(row) => row.id}
      empty={<EmptyState title={t.noHooks} how={t.noHooksHow} />}
      columns={[
        { key: 'url', title: t.url, render: (row) => row.url },
        { key: 'events', title: t.events, render: (row) => row.event_types.join(', ') || t.allEvents },
        { key: 'created', title: t.created, render: (row) => <TimeAgo at={row.created_at} /> },
        {
          key: 'state',
          title: t.state,
          render: (row) => (
            <Chip
              tone={row.enabled ? 'done' : 'waiting'}
              icon={row.enabled ? CheckCircleOutlined : PauseCircleOutlined}
              title={row.disabled_reason ?? undefined}
            >
              {row.enabled ? t.on : t.off}
            </Chip>
          ),
        },
        { key: 'acts', title: t.acts, render: (row) => <Acts row={row} /> },
      ]}
    />
  )
}

function Acts({ row }: { row: Endpoint }) {
  const t = useMessages(words)
  const toggle = useAct(change, hooksQuery.queryKey, t.saved)
  const send = useAct(test, hooksQuery.queryKey, t.testSent)
  return (
    <Space size={4}>
      <Button size="small" loading={send.isPending} onClick={() => send.mutate(row.id)}>
        {t.test}
      </Button>
      <Button
        size="small"
        loading={toggle.isPending}
        onClick={() => toggle.mutate({ id: row.id, enabled: !row.enabled })}
      >
        {row.enabled ? t.off : t.on}
      </Button>
    </Space>
  )
}

function HookForm({ onClose, onMade }: { onClose: () => void; onMade: (made: Made) => void }) {
  const t = useMessages(words)
  const c = useMessages(common)
  const [form] = Form.useForm<Wish>()
  const save = useAct(create, hooksQuery.queryKey, t.saved, (made) => {
    onMade(made)
    onClose()
  })
  return (
    <Modal
      open
      title={t.newHook}
      okText={c.save}
      cancelText={c.cancel}
      confirmLoading={save.isPending}
      onCancel={onClose}
      onOk={() => void form.validateFields().then((wish) => save.mutate(wish), () => undefined)}
    >
      <Form form={form} layout="vertical">
        <Form.Item name="url" label={t.url} rules={[{ required: true, message: t.required }, { type: 'url' }]}>
          <Input autoFocus placeholder="https://" />
        </Form.Item>
      </Form>
    </Modal>
  )
}
