import { PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { DetailSkeleton, ErrorState, PageHeader, PageStack, Panel } from '@/ui'
import { AccountForm } from './AccountForm'
import { AccountsTable } from './AccountsTable'
import { Connections } from './Connections'
import { CourierAddresses } from './CourierAddresses'
import { CouriersNav } from './CouriersNav'
import { accountsQuery } from './data'
import { words } from './words'

/** Waybill accounts with their balances, and the connections they are reached through. */
export function Component() {
  const t = useMessages(words)
  const { role } = useMe()
  const mayWrite = role !== 'service'
  const [form, setForm] = useState(false)
  const accounts = useQuery(accountsQuery)
  const close = () => setForm(false)
  return (
    <PageStack>
      <PageHeader
        title={t.title}
        subtitle={t.subtitle}
        actions={
          mayWrite && (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setForm(true)}>
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
      {mayWrite && <Connections />}
      {role === 'operator' && <CourierAddresses />}
      {form && <AccountForm onClose={close} />}
    </PageStack>
  )
}
