import { CheckCircleFilled, PlusOutlined } from '@ant-design/icons'
import { useMutation, useQuery } from '@tanstack/react-query'
import { App, Button, Input, Select } from 'antd'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { api, unwrap } from '@/api'
import { useMe } from '@/auth/useMe'
import { useLocale, useMessages } from '@/i18n'
import { PasteAddress } from '@/inputs'
import { useHotkeys } from '@/keys'
import { BottomActions, errorTitle, PageHeader, Panel } from '@/ui'
import { useIsPhone } from '@/lib/useMediaQuery'
import { merchantsQuery } from '../merchants/names'
import { shopsQuery } from '../printing/data'
import { refreshOrders } from './data'
import { Lines } from './Lines'
import { type Draft, emptyDraft, missingIn, orderOf } from './newOrder'
import { newOrderWords } from './newOrderWords'
import styles from './Orders.module.css'
import { orderWords } from './words'

/** 手工建单: paste an address, name the goods, Ctrl+Enter, next. */
export function Component() {
  const t = useMessages(newOrderWords)
  const o = useMessages(orderWords)
  const me = useMe()
  const [draft, setDraft] = useState<Draft>(() => emptyDraft(me.merchant?.id))
  const missing = missingIn(draft)
  const [made, setMade] = useState<string | null>(null)
  const create = useCreate((number, next) => {
    setMade(number)
    setDraft(next)
  })
  const submit = (goOn: boolean) => {
    if (missing === undefined && !create.isPending) create.mutate({ draft, goOn })
  }
  useHotkeys([{ keys: 'mod+enter', label: t.saveNext, group: o.actGroup, inField: true, run: () => submit(true) }])
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))
  return (
    <>
      <PageHeader title={t.title} back={{ to: '/orders', label: t.back }} subtitle={t.keys} />
      {made !== null && (
        <p className={styles.made} role="status">
          <CheckCircleFilled /> {t.made(made)} <Link to={`/printing?q=${encodeURIComponent(made)}`}>{t.toPrint}</Link>
        </p>
      )}
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          submit(false)
        }}
      >
        <Panel title={t.recipient}>
          <PasteAddress key={draft.key} autoFocus value={draft.address} onChange={(address) => change({ address })} />
        </Panel>
        <Panel title={t.goods}>
          <Lines lines={draft.lines} onChange={(lines) => change({ lines })} />
        </Panel>
        <Panel title={t.rest}>
          <Rest draft={draft} change={change} />
        </Panel>
        <Submit missing={missing === undefined ? undefined : t[missing]} busy={create.isPending} onNext={() => submit(true)} />
      </form>
    </>
  )
}

function Submit({ missing, busy, onNext }: { missing: string | undefined; busy: boolean; onNext: () => void }) {
  const t = useMessages(newOrderWords)
  const phone = useIsPhone()
  const buttons = (
    <>
      {missing !== undefined && <span className={styles.quiet}>{missing}</span>}
      <Button htmlType="submit" disabled={missing !== undefined} loading={busy}>
        {t.save}
      </Button>
      <Button type="primary" icon={<PlusOutlined />} disabled={missing !== undefined} loading={busy} onClick={onNext}>
        {t.saveNext}
      </Button>
    </>
  )
  return phone ? <BottomActions>{buttons}</BottomActions> : <div className={styles.foot}>{buttons}</div>
}

function useCreate(onNext: (number: string, draft: Draft) => void) {
  const locale = useLocale()
  const navigate = useNavigate()
  const { message } = App.useApp()
  return useMutation({
    mutationFn: ({ draft }: { draft: Draft; goOn: boolean }) => {
      if (draft.address === null) throw new Error('no recipient')
      return unwrap(
        api.POST('/api/v1/orders', {
          body: orderOf(draft, draft.address),
          params: { header: { 'Idempotency-Key': draft.key } },
        }),
      )
    },
    onSuccess: ({ order_no, sub_orders }, { draft, goOn }) => {
      refreshOrders()
      if (goOn) onNext(order_no, emptyDraft(draft.merchant, draft.shop))
      else void navigate(`/orders/${sub_orders[0]?.id ?? ''}`)
    },
    onError: (error) => message.error(errorTitle(error, locale)),
  })
}

function Rest({ draft, change }: { draft: Draft; change: (part: Partial<Draft>) => void }) {
  const t = useMessages(newOrderWords)
  const staff = useMe().merchant === null
  const merchants = useQuery({ ...merchantsQuery, enabled: staff }).data ?? []
  const shops = useQuery(shopsQuery(draft.merchant)).data ?? []
  return (
    <div className={styles.fields}>
      {staff && (
        <label className={styles.field}>
          {t.merchant}
          <Select
            aria-label={t.merchant}
            showSearch={{ optionFilterProp: 'label' }}
            options={merchants.map(({ id, name }) => ({ value: id, label: name }))}
            value={draft.merchant}
            onChange={(merchant: string) => change({ merchant, shop: '' })}
          />
        </label>
      )}
      <label className={styles.field}>
        {t.number}
        <Input className="y-mono" maxLength={64} value={draft.number} onChange={(event) => change({ number: event.target.value.trim() })} />
      </label>
      {shops.length > 0 && (
        <label className={styles.field}>
          {t.shop}
          <Select
            aria-label={t.shop}
            allowClear
            options={shops.map(({ name }) => ({ value: name, label: name }))}
            value={draft.shop === '' ? undefined : draft.shop}
            onChange={(shop: string | undefined) => change({ shop: shop ?? '' })}
          />
        </label>
      )}
      <label className={`${styles.field} ${styles.wide}`}>
        {t.remark}
        <Input maxLength={500} placeholder={t.remarkHint} value={draft.remark} onChange={(event) => change({ remark: event.target.value })} />
      </label>
    </div>
  )
}
