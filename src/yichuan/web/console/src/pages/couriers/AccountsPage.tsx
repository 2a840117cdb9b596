import { PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { CopyableNumber, DetailSkeleton, EmptyState, ErrorState, PageHeader, PageStack, Panel, PlainTable } from '@/ui'
import { AccountForm } from './AccountForm'
import { AccountsTable } from './AccountsTable'
import { ConnectionForm } from './ConnectionForm'
import { CouriersNav } from './CouriersNav'
import { accountsQuery, connectionsQuery } from './data'
import { words } from './words'

/** Waybill accounts with their balances, and the connections they are reached through. */
export function Component() {
  const t = useMessages(words)
  const mayWrite = useMe().role !== 'service'
  const [form, setForm] = useState<'account' | 'connection'>()
  const accounts = useQuery(accountsQuery)
  const close = () => setForm(undefined)
  return (
    <PageStack>
      <PageHeader
        title={t.title}
        subtitle={t.subtitle}
        actions={
          mayWrite && (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setForm('account')}>
              {t.add}
            </Button>
          )
        }
      />
      <CouriersNav />
      <Panel title={t.accounts} extra={<small>{t.accountsHow}</small>} flush>
        {accounts.data ? (
          <AccountsTable rows={accounts.data.items} mayWrite={mayWrite} />
        ) : accounts.isError ? (
          <ErrorState error={accounts.error} onRetry={() => void accounts.refetch()} />
        ) : (
          <DetailSkeleton />
        )}
      </Panel>
      {mayWrite && <Connections onAdd={() => setForm('connection')} />}
      {form === 'account' && <AccountForm onClose={close} />}
      {form === 'connection' && <ConnectionForm onClose={close} />}
    </PageStack>
  )
}

function Connections({ onAdd }: { onAdd: () => void }) {
  const t = useMessages(words)
  const { data, error, isError, refetch } = useQuery(connectionsQuery)
  const add = (
    <Button size="small" icon={<PlusOutlined />} onClick={onAdd}>
      {t.addConnection}
    </Button>
  )
  return (
    <Panel title={t.connections} extra={add} flush>
      {data ? (
        <PlainTable
          caption={t.connections}
          rows={data.items}
          rowId={(row) => row.id}
          empty={<EmptyState title={t.noConnections} how={t.noConnectionsHow} />}
          columns={[
            { key: 'name', title: t.name, render: (row) => row.name },
            { key: 'endpoint', title: t.endpoint, render: (row) => row.endpoint },
            { key: 'user', title: t.publicId, render: (row) => row.public_id },
            {
              key: 'owner',
              title: t.owner,
              render: (row) => (row.merchant_id === null ? t.platform : t.merchantOwn),
            },
            { key: 'push', title: t.pushUrl, render: (row) => <CopyableNumber value={row.push_url} /> },
          ]}
        />
      ) : isError ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <DetailSkeleton />
      )}
    </Panel>
  )
}
