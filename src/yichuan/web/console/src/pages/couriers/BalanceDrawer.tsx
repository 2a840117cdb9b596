import { useQuery } from '@tanstack/react-query'
import { Button, Drawer, InputNumber, Space } from 'antd'
import { useState } from 'react'
import { api, type Schema, unwrap } from '@/api/client'
import { TrendChart } from '@/charts'
import { useCourierName } from '@/domain'
import { formatMinute } from '@/format'
import { common, useMessages } from '@/i18n'
import { useIsPhone } from '@/lib/useMediaQuery'
import { DetailSkeleton, EmptyState, ErrorState, Facts, PageStack, Panel, PlainTable } from '@/ui'
import { balanceWords } from './balanceWords'
import { type Account, accountsQuery } from './data'
import { useSave } from './useSave'

type History = Schema<'BalanceHistory'>

const SHOWN = 30

/** How an account's numbers went, how long they last, and when to warn. */
export function BalanceDrawer({ account, onClose }: { account: Account; onClose: () => void }) {
  const t = useMessages(balanceWords)
  const phone = useIsPhone()
  const courier = useCourierName(account.courier)
  const path = { account_id: account.id }
  const { data, isError, error, refetch } = useQuery({
    queryKey: [...accountsQuery.queryKey, account.id, 'balances'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/courier-accounts/{account_id}/balances', { params: { path }, signal })),
  })
  return (
    <Drawer open size={phone ? '100%' : 560} title={t.title(`${courier} ${account.branch_name ?? ''}`)} onClose={onClose}>
      {data ? (
        <Body account={account} data={data} />
      ) : isError ? (
        <ErrorState error={error} onRetry={() => void refetch()} />
      ) : (
        <DetailSkeleton />
      )}
    </Drawer>
  )
}

function Body({ account, data }: { account: Account; data: History }) {
  const t = useMessages(balanceWords)
  const rows = data.points.map((point, index) => {
    const before = data.points[index - 1]
    return { ...point, change: before === undefined ? null : point.balance - before.balance }
  })
  const lasts = data.days_left === null ? null : t.days(data.days_left < 10 ? data.days_left.toFixed(1) : data.days_left.toFixed(0))
  return (
    <PageStack>
      <Facts
        items={[
          { label: t.left, value: <b>{data.balance?.toLocaleString() ?? '–'}</b> },
          { label: t.perDay, value: data.per_day === null ? t.perDayUnknown : Math.round(data.per_day).toLocaleString() },
          { label: t.daysLeft, value: lasts ?? (data.per_day === null ? t.perDayUnknown : t.notUsed) },
        ]}
      />
      <Threshold account={account} saved={data.balance_alert} />
      {rows.length === 0 ? (
        <EmptyState title={t.empty} how={t.emptyHow} />
      ) : (
        <>
          <TrendChart
            summary={t.summary(rows.length)}
            axis={t.day}
            height={180}
            labels={rows.map(({ at }) => formatMinute(new Date(at)))}
            series={[
              { name: t.left, tone: 'moving', values: rows.map(({ balance }) => balance) },
              { name: t.alertAt, tone: 'risk', values: rows.map(() => data.balance_alert) },
            ]}
          />
          <Panel title={t.history} flush>
            <PlainTable
              caption={t.history}
              rows={[...rows].reverse().slice(0, SHOWN)}
              rowId={({ at }) => at}
              columns={[
                { key: 'at', title: t.day, render: ({ at }) => formatMinute(new Date(at)) },
                { key: 'balance', title: t.left, align: 'right', render: ({ balance }) => balance.toLocaleString() },
                {
                  key: 'change',
                  title: t.change,
                  align: 'right',
                  render: ({ change }) =>
                    change === null ? '–' : change > 0 ? t.refilled(change.toLocaleString()) : change.toLocaleString(),
                },
              ]}
            />
          </Panel>
        </>
      )}
    </PageStack>
  )
}

function Threshold({ account, saved }: { account: Account; saved: number }) {
  const t = useMessages(balanceWords)
  const c = useMessages(common)
  const [value, setValue] = useState(saved)
  const params = { path: { account_id: account.id } }
  const save = useSave(
    (balance_alert: number) => unwrap(api.PATCH('/api/v1/courier-accounts/{account_id}', { params, body: { balance_alert } })),
    accountsQuery.queryKey,
    () => undefined,
  )
  return (
    <div>
      <Space wrap>
        <label>
          {t.alertAt}{' '}
          <InputNumber min={0} precision={0} value={value} onChange={(next) => next !== null && setValue(next)} />
        </label>
        <Button disabled={value === saved} loading={save.isPending} onClick={() => save.mutate(value)}>
          {c.save}
        </Button>
      </Space>
      <div>
        <small style={{ color: 'var(--y-text-secondary)' }}>{t.alertHow}</small>
      </div>
    </div>
  )
}
