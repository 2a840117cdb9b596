import { PlusOutlined } from '@ant-design/icons'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { Button, Form, Input, Modal, Select } from 'antd'
import { useState } from 'react'
import { api, type Schema, unwrap } from '@/api/client'
import { common, useMessages } from '@/i18n'
import { Dash, DetailSkeleton, EmptyState, ErrorState, Panel, PlainTable, TimeAgo } from '@/ui'
import { merchantsQuery } from '../merchants/names'
import { SettingsPage } from './SettingsPage'
import { useAct } from './useAct'
import { words } from './words'

type User = Schema<'UserView'>
type Wish = Schema<'UserRequest'>

const ROLES: readonly User['role'][] = ['operator', 'service', 'merchant']
const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/v1/users', { signal })),
})
const create = (body: Wish) => unwrap(api.POST('/api/v1/users', { body }))

/** Who may sign in (operators only). */
export function Component() {
  const t = useMessages(words)
  const [asking, setAsking] = useState(false)
  const users = useQuery(usersQuery)
  return (
    <SettingsPage
      action={
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setAsking(true)}>
          {t.newUser}
        </Button>
      }
    >
      <Panel title={t.users} flush>
        {users.data ? (
          <Users rows={users.data.items} />
        ) : users.isError ? (
          <ErrorState error={users.error} onRetry={() => void users.refetch()} />
        ) : (
          <DetailSkeleton />
        )}
      </Panel>
      {asking && <UserForm onClose={() => setAsking(false)} />}
    </SettingsPage>
  )
}

function Users({ rows }: { rows: readonly User[] }) {
  const t = useMessages(words)
  const merchants = useQuery(merchantsQuery)
  const merchantOf = (id: string | null) => merchants.data?.find((one) => one.id === id)?.name
  return (
    <PlainTable
      caption={t.users}
      rows={rows}
      rowId={(row) => row.id}
      empty={<EmptyState title={t.noUsers} how={t.noUsersHow} />}
      columns={[
        { key: 'name', title: t.name, render: (row) => row.name },
        { key: 'username', title: t.username, render: (row) => row.username },
        { key: 'role', title: t.role, render: (row) => t[row.role] },
        { key: 'merchant', title: t.merchant, render: (row) => merchantOf(row.merchant_id) ?? <Dash /> },
        { key: 'created', title: t.created, render: (row) => <TimeAgo at={row.created_at} /> },
      ]}
    />
  )
}

function UserForm({ onClose }: { onClose: () => void }) {
  const t = useMessages(words)
  const c = useMessages(common)
  const [form] = Form.useForm<Wish>()
  const role = Form.useWatch('role', form)
  const merchants = useQuery(merchantsQuery)
  const save = useAct(create, usersQuery.queryKey, t.saved, onClose)
  const required = [{ required: true, message: t.required }]
  return (
    <Modal
      open
      title={t.newUser}
      okText={c.save}
      cancelText={c.cancel}
      confirmLoading={save.isPending}
      onCancel={onClose}
      onOk={() => void form.validateFields().then((wish) => save.mutate(wish), () => undefined)}
    >
      <Form form={form} layout="vertical" initialValues={{ role: 'service' }}>
        <Form.Item name="username" label={t.username} rules={[...required, { min: 3 }]}>
          <Input autoFocus autoComplete="off" maxLength={100} />
        </Form.Item>
        <Form.Item name="name" label={t.name} rules={required}>
          <Input maxLength={100} />
        </Form.Item>
        <Form.Item name="password" label={t.password} extra={t.passwordHow} rules={[...required, { min: 10 }]}>
          <Input.Password autoComplete="new-password" maxLength={200} />
        </Form.Item>
        <Form.Item name="role" label={t.role} rules={required}>
          <Select options={ROLES.map((value) => ({ value, label: t[value] }))} />
        </Form.Item>
        {role === 'merchant' && (
          <Form.Item name="merchant_id" label={t.merchant} rules={required}>
            <Select
              showSearch={{ optionFilterProp: 'label' }}
              options={merchants.data?.map((one) => ({ value: one.id, label: one.name }))}
            />
          </Form.Item>
        )}
      </Form>
    </Modal>
  )
}
