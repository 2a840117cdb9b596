import { CheckCircleOutlined, PlusOutlined, StopOutlined } from '@ant-design/icons'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { Alert, Button, Checkbox, Form, Input, Modal, Popconfirm } from 'antd'
import { useState } from 'react'
import { api, type Schema, unwrap } from '@/api/client'
import { common, useMessages } from '@/i18n'
import {
  Chip,
  CopyableNumber,
  Dash,
  DetailSkeleton,
  EmptyState,
  ErrorState,
  Facts,
  Panel,
  PlainTable,
  TimeAgo,
} from '@/ui'
import { SettingsPage } from './SettingsPage'
import { useAct } from './useAct'
import { words } from './words'

type Key = Schema<'KeyView'>
type Made = Schema<'KeyCreated'>
type Wish = Schema<'KeyRequest'>

const keysQuery = queryOptions({
  queryKey: ['api-keys'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/api-keys', { signal })),
})

const create = (body: Wish) => unwrap(api.POST('/api/v1/api-keys', { body }))
const revoke = (key_id: string) =>
  unwrap(api.DELETE('/api/v1/api-keys/{key_id}', { params: { path: { key_id } } }))

const setCallback = (change: { key_id: string; callback_url: string | null }) =>
  unwrap(
    api.PATCH('/api/v1/api-keys/{key_id}', {
      params: { path: { key_id: change.key_id } },
      body: { callback_url: change.callback_url },
    }),
  )

/** Keys of programs: made here, shown once, revoked here. */
export function Component() {
  const t = useMessages(words)
  const [asking, setAsking] = useState(false)
  const [made, setMade] = useState<Made>()
  const keys = useQuery(keysQuery)
  return (
    <SettingsPage
      action={
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setAsking(true)}>
          {t.newKey}
        </Button>
      }
    >
      {made && <NewKey made={made} />}
      <Panel title={t.keys} flush>
        {keys.data ? (
          <Keys rows={keys.data.items} />
        ) : keys.isError ? (
          <ErrorState error={keys.error} onRetry={() => void keys.refetch()} />
        ) : (
          <DetailSkeleton />
        )}
      </Panel>
      {asking && <KeyForm onClose={() => setAsking(false)} onMade={setMade} />}
    </SettingsPage>
  )
}

function NewKey({ made }: { made: Made }) {
  const t = useMessages(words)
  return (
    <Alert
      type="warning"
      showIcon
      title={t.keyOnce}
      description={
        <Facts
          items={[
            { label: t.token, value: <CopyableNumber value={made.token} />, wide: true },
            made.ebusiness_id !== null && {
              label: t.userNo,
              value: <CopyableNumber value={made.ebusiness_id} />,
            },
            made.api_key !== null && { label: t.signingKey, value: <CopyableNumber value={made.api_key} /> },
          ]}
        />
      }
    />
  )
}

function Keys({ rows }: { rows: readonly Key[] }) {
  const t = useMessages(words)
  const c = useMessages(common)
  const end = useAct(revoke, keysQuery.queryKey, t.revoked)
  const [telling, setTelling] = useState<Key>()
  return (
    <>
    <PlainTable
      caption={t.keys}
      rows={rows}
      rowId={(row) => row.id}
      empty={<EmptyState title={t.noKeys} how={t.noKeysHow} />}
      columns={[
        { key: 'name', title: t.name, render: (row) => row.name },
        { key: 'starts', title: t.starts, render: (row) => <code>{row.token_hint}…</code> },
        { key: 'owner', title: t.owner, render: (row) => (row.merchant_id === null ? t.platform : t.merchant) },
        { key: 'user', title: t.userNo, render: (row) => row.ebusiness_id ?? <Dash /> },
        {
          key: 'callback',
          title: t.callback,
          render: (row) =>
            row.ebusiness_id === null || row.revoked_at !== null ? (
              <Dash />
            ) : (
              <Button type="link" size="small" onClick={() => setTelling(row)}>
                {row.callback_url ?? t.setCallback}
              </Button>
            ),
        },
        { key: 'created', title: t.created, render: (row) => <TimeAgo at={row.created_at} /> },
        {
          key: 'state',
          title: t.state,
          render: (row) =>
            row.revoked_at === null ? (
              <Chip tone="done" icon={CheckCircleOutlined}>
                {t.active}
              </Chip>
            ) : (
              <Chip tone="waiting" icon={StopOutlined}>
                {t.revoked}
              </Chip>
            ),
        },
        {
          key: 'acts',
          title: t.acts,
          render: (row) =>
            row.revoked_at === null && (
              <Popconfirm
                title={t.revokeSure}
                okText={t.revoke}
                cancelText={c.cancel}
                onConfirm={() => end.mutate(row.id)}
              >
                <Button size="small" danger>
                  {t.revoke}
                </Button>
              </Popconfirm>
            ),
        },
      ]}
    />
    {telling && <CallbackForm of={telling} onClose={() => setTelling(undefined)} />}
    </>
  )
}

/** Where a user of the KDNiao door hears pushes; empty: nowhere. */
function CallbackForm({ of, onClose }: { of: Key; onClose: () => void }) {
  const t = useMessages(words)
  const c = useMessages(common)
  const [form] = Form.useForm<{ url?: string }>()
  const save = useAct(setCallback, keysQuery.queryKey, t.saved, onClose)
  return (
    <Modal
      open
      title={t.setCallback}
      okText={c.save}
      cancelText={c.cancel}
      confirmLoading={save.isPending}
      onCancel={onClose}
      onOk={() =>
        save.mutate({ key_id: of.id, callback_url: form.getFieldValue('url')?.trim() || null })
      }
    >
      <Form form={form} layout="vertical" initialValues={{ url: of.callback_url ?? '' }}>
        <Form.Item name="url" label={t.callback} extra={t.callbackHow}>
          <Input maxLength={2000} autoFocus placeholder="https://" />
        </Form.Item>
      </Form>
    </Modal>
  )
}

function KeyForm({ onClose, onMade }: { onClose: () => void; onMade: (made: Made) => void }) {
  const t = useMessages(words)
  const c = useMessages(common)
  const [form] = Form.useForm<Wish>()
  const save = useAct(create, keysQuery.queryKey, t.saved, (made) => {
    onMade(made)
    onClose()
  })
  return (
    <Modal
      open
      title={t.newKey}
      okText={c.save}
      cancelText={c.cancel}
      confirmLoading={save.isPending}
      onCancel={onClose}
      onOk={() => void form.validateFields().then((wish) => save.mutate(wish), () => undefined)}
    >
      <Form form={form} layout="vertical" initialValues={{ kdniao: false }}>
        <Form.Item name="name" label={t.name} rules={[{ required: true, message: t.required }]}>
          <Input maxLength={100} autoFocus />
        </Form.Item>
        <Form.Item name="kdniao" valuePropName="checked">
          <Checkbox>{t.kdniao}</Checkbox>
        </Form.Item>
      </Form>
    </Modal>
  )
}
