import { useMutation, useQuery } from '@tanstack/react-query'
import { Button, Segmented, Select } from 'antd'
import { useMemo, useState } from 'react'
import { api, type Schema, unwrap } from '@/api'
import { common, useLocale, useMessages } from '@/i18n'
import { randomId } from '@/lib/ids'
import { createPreference, oneOf } from '@/lib/storage'
import { useStore } from '@/lib/store'
import { errorTitle } from '@/ui'
import { accountsQuery, type Box, type LabelSize } from './data'
import { useCourierOptions } from './filters'
import { Preflight } from './Preflight'
import styles from './PrintDialog.module.css'
import { printWords } from './printWords'

const SIZES = ['76x130', '100x150', '100x180'] as const satisfies readonly LabelSize[]
/** The paper in this clerk's printer. */
const sizePreference = createPreference<LabelSize>('label-size', '76x130', oneOf(...SIZES))

interface PrintFormProps {
  rows: readonly Box[]
  onStarted: (jobs: readonly Schema<'PrintJobView'>[]) => void
  onCancel: () => void
}

/** Size, courier and account of a batch, and what would stop it. Enter starts. */
export function PrintForm({ rows, onStarted, onCancel }: PrintFormProps) {
  const t = useMessages(printWords)
  const c = useMessages(common)
  const locale = useLocale()
  const size = useStore(sizePreference)
  const [courier, setCourier] = useState<string | undefined>()
  const [account, setAccount] = useState<string | undefined>()
  const [key] = useState(randomId)
  const ids = useMemo(() => rows.map(({ id }) => id), [rows])
  const wish = { courier: courier ?? null, account_id: account ?? null, size }
  const check = useQuery({
    queryKey: ['printing', 'preflight', ids, courier, account],
    queryFn: ({ signal }) =>
      unwrap(api.POST('/api/v1/print-jobs/preflight', { body: { shipment_ids: ids, ...wish }, signal })),
    staleTime: 0,
    gcTime: 0,
  })
  const stopped = useMemo(() => new Set(check.data?.blockers.flatMap((one) => one.shipment_ids)), [check.data])
  const printable = check.data === undefined ? ids : ids.filter((id) => !stopped.has(id))
  const start = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/v1/print-jobs', {
          body: { shipment_ids: printable, ...wish },
          params: { header: { 'Idempotency-Key': `${key}-${size}-${courier ?? ''}-${account ?? ''}-${printable.length}` } },
        }),
      ),
    onSuccess: ({ jobs }) => onStarted(jobs),
  })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (printable.length > 0 && !start.isPending) start.mutate()
      }}
    >
      <div className={styles.form}>
        <div>
          <span className={styles.label}>{t.size}</span>
          <Segmented<LabelSize>
            aria-label={t.size}
            options={SIZES.map((value) => ({ value, label: value.replace('x', '×') }))}
            value={size}
            onChange={sizePreference.set}
          />
        </div>
        <CourierChoice
          courier={courier}
          account={account}
          onChange={(nextCourier, nextAccount) => {
            setCourier(nextCourier)
            setAccount(nextAccount)
          }}
        />
        {courier === undefined && <div className={styles.hint}>{t.autoNote}</div>}
      </div>
      <Preflight check={check} rows={rows} />
      {start.isError && <p role="alert">{errorTitle(start.error, locale)}</p>}
      <div className={styles.foot}>
        <Button onClick={onCancel}>{c.cancel}</Button>
        <Button
          key={check.isPending ? 'checking' : 'checked'}
          type="primary"
          htmlType="submit"
          autoFocus
          loading={start.isPending || check.isPending}
          disabled={printable.length === 0}
        >
          {check.isPending ? t.checking : t.start(printable.length)}
        </Button>
      </div>
    </form>
  )
}

interface CourierChoiceProps {
  courier: string | undefined
  account: string | undefined
  onChange: (courier: string | undefined, account: string | undefined) => void
}

function CourierChoice({ courier, account, onChange }: CourierChoiceProps) {
  const t = useMessages(printWords)
  const accounts = useQuery(accountsQuery).data ?? []
  const usable = accounts.filter(({ enabled }) => enabled)
  const held = new Set(usable.map((one) => one.courier))
  const couriers = useCourierOptions().filter(({ value }) => held.has(value))
  const branches = usable
    .filter((one) => one.courier === courier)
    .map((one) => ({
      value: one.id,
      label: [one.branch_name ?? one.branch_code ?? one.courier, one.merchant_id === null && t.platform, one.balance !== null && t.balance(one.balance)]
        .filter(Boolean)
        .join(' · '),
    }))
  return (
    <>
      <label>
        <span className={styles.label}>{t.courier}</span>
        <Select
          aria-label={t.courier}
          style={{ width: '100%' }}
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          placeholder={t.auto}
          options={couriers}
          value={courier}
          onChange={(value: string | undefined) => onChange(value, undefined)}
        />
      </label>
      <label>
        <span className={styles.label}>{t.account}</span>
        <Select
          aria-label={t.account}
          style={{ width: '100%' }}
          allowClear
          disabled={courier === undefined}
          placeholder={t.auto}
          options={branches}
          value={account}
          onChange={(value: string | undefined) => onChange(courier, value)}
        />
      </label>
    </>
  )
}
