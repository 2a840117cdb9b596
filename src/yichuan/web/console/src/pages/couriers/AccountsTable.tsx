import { CheckCircleOutlined, PauseCircleOutlined, WarningOutlined } from '@ant-design/icons'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button, Space } from 'antd'
import { useState } from 'react'
import { useMe } from '@/auth/useMe'
import { useLocale, useMessages } from '@/i18n'
import { Chip, CourierTag, Dash, EmptyState, errorTitle, PlainTable, TimeAgo } from '@/ui'
import { BalanceDrawer } from './BalanceDrawer'
import { balanceWords } from './balanceWords'
import { type Account, accountsQuery, quotasQuery, switchAccount, testAccount } from './data'
import { QuotaDialog } from './QuotaDialog'
import { quotaWords } from './quotaWords'
import { words } from './words'

export function AccountsTable({ rows, mayWrite }: { rows: readonly Account[]; mayWrite: boolean }) {
  const t = useMessages(words)
  const q = useMessages(quotaWords)
  return (
    <PlainTable
      caption={t.accounts}
      rows={rows}
      rowId={(row) => row.id}
      empty={<EmptyState title={t.noAccounts} how={t.noAccountsHow} />}
      columns={[
        { key: 'courier', title: t.courier, render: (row) => <CourierTag code={row.courier} /> },
        { key: 'branch', title: t.branch, render: (row) => row.branch_name ?? row.branch_code ?? <Dash /> },
        { key: 'customer', title: t.customer, render: (row) => row.customer_name || row.month_code || <Dash /> },
        { key: 'owner', title: t.owner, render: (row) => (row.merchant_id === null ? t.platform : t.merchantOwn) },
        { key: 'balance', title: t.balance, align: 'right', render: (row) => <Balance row={row} /> },
        ...(mayWrite ? [{ key: 'quota', title: q.quota, render: (row: Account) => <Quota row={row} /> }] : []),
        { key: 'asked', title: t.checked, render: (row) => <TimeAgo at={row.balance_at} /> },
        {
          key: 'state',
          title: t.state,
          render: (row) => (
            <Chip tone={row.enabled ? 'done' : 'waiting'} icon={row.enabled ? CheckCircleOutlined : PauseCircleOutlined}>
              {row.enabled ? t.enabled : t.disabled}
            </Chip>
          ),
        },
        ...(mayWrite ? [{ key: 'acts', title: t.acts, render: (row: Account) => <Acts row={row} /> }] : []),
      ]}
    />
  )
}

function Balance({ row }: { row: Account }) {
  const t = useMessages(words)
  if (row.balance === null) return <>{t.unlimited}</>
  return (
    <Space size={4}>
      {row.low && <Chip tone="risk" icon={WarningOutlined}>
          {t.low}
        </Chip>}
      <b>{row.balance.toLocaleString()}</b>
    </Space>
  )
}

/** For a merchant what it may still take; for the platform how many merchants are limited. */
function Quota({ row }: { row: Account }) {
  const t = useMessages(quotaWords)
  const staff = useMe().role === 'operator'
  const found = useQuery(quotasQuery).data?.items.filter((one) => one.account_id === row.id) ?? []
  if (row.merchant_id !== null) return <Dash />
  if (staff) return <>{found.length > 0 ? t.merchantsLimited(found.length) : t.none}</>
  const left = found[0]?.left ?? null
  return <>{left === null ? t.none : t.left(left)}</>
}

function Acts({ row }: { row: Account }) {
  const t = useMessages(words)
  const q = useMessages(quotaWords)
  const b = useMessages(balanceWords)
  const [lending, setLending] = useState(false)
  const [showing, setShowing] = useState(false)
  const me = useMe()
  const locale = useLocale()
  const client = useQueryClient()
  const { message } = App.useApp()
  const done = () => void client.invalidateQueries(accountsQuery)
  const onError = (error: Error) => message.error(errorTitle(error, locale))
  const test = useMutation({
    mutationFn: () => testAccount(row.id),
    onSuccess: (answer) => {
      if (answer.ok) message.success(t.testOk(answer.balance ?? null))
      else message.error(t.testFailed(answer.courier_text ?? answer.code ?? ''))
      done()
    },
    onError,
  })
  const toggle = useMutation({ mutationFn: () => switchAccount(row.id, !row.enabled), onSuccess: done, onError })
  const own = me.role === 'operator' || row.merchant_id === me.merchant?.id
  return (
    <Space size={4}>
      <Button size="small" loading={test.isPending} onClick={() => test.mutate()}>
        {t.test}
      </Button>
      {me.role === 'operator' && row.merchant_id === null && (
        <Button size="small" onClick={() => setLending(true)}>
          {q.set}
        </Button>
      )}
      {own && row.balance !== null && (
        <Button size="small" onClick={() => setShowing(true)}>
          {b.history}
        </Button>
      )}
      {showing && <BalanceDrawer account={row} onClose={() => setShowing(false)} />}
      {lending && <QuotaDialog account={row} onClose={() => setLending(false)} />}
      {own && (
        <Button size="small" loading={toggle.isPending} onClick={() => toggle.mutate()}>
          {row.enabled ? t.disable : t.enable}
        </Button>
      )}
    </Space>
  )
}
