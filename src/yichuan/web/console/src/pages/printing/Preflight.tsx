import { CheckCircleFilled, ClockCircleOutlined, CloseCircleFilled, WarningFilled } from '@ant-design/icons'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import type { Schema } from '@/api'
import { formatCount } from '@/format'
import { useLocale, useMessages } from '@/i18n'
import { Bar, Chip, CourierTag, ErrorState, type PlainColumn, PlainTable } from '@/ui'
import { ClearGoods } from './ClearGoods'
import { accountsQuery, type Box } from './data'
import styles from './PrintDialog.module.css'
import { printWords } from './printWords'

type Need = Schema<'AccountNeed'>
/** Numbers named under a reason before the rest is counted. */
const NAMED = 8

interface PreflightProps {
  check: UseQueryResult<Schema<'Preflight'>>
  rows: readonly Box[]
}

/** What would stop the batch, and which accounts it draws on. */
export function Preflight({ check, rows }: PreflightProps) {
  const t = useMessages(printWords)
  if (check.isError) return <ErrorState compact error={check.error} onRetry={() => void check.refetch()} />
  if (check.data === undefined) {
    return (
      <div className={styles.check} role="status" aria-label={t.checking}>
        <Bar width="40%" height={22} />
        <Bar width="100%" height={60} />
      </div>
    )
  }
  const { ready, blockers, doubts, accounts, leaving } = check.data
  const blocked = blockers.reduce((sum, { shipment_ids }) => sum + shipment_ids.length, 0)
  return (
    <div className={styles.check}>
      <div className={styles.summary} role="status">
        {ready > 0 && (
          <Chip tone="done" icon={CheckCircleFilled} size="large">
            {t.ready(ready)}
          </Chip>
        )}
        {blocked > 0 && (
          <Chip tone="broken" icon={CloseCircleFilled} size="large">
            {t.blocked(blocked)}
          </Chip>
        )}
        {blocked > 0 && <span className={styles.note}>{ready > 0 ? t.blockedHow : t.noneReady}</span>}
      </div>
      {leaving.length > 0 && <Leaving leaving={leaving} />}
      {blockers.length > 0 && <Blockers blockers={blockers} rows={rows} onCleared={() => void check.refetch()} />}
      {doubts.length > 0 && (
        <>
          <span className={styles.note}>{t.doubtsHow}</span>
          <Blockers blockers={doubts} rows={rows} mild />
        </>
      )}
      {accounts.length > 0 && <Needs needs={accounts} />}
    </div>
  )
}

interface BlockersProps {
  blockers: readonly Schema<'Blocker'>[]
  rows: readonly Box[]
  /** They are printed all the same. */
  mild?: boolean
  /** Somebody let boxes pass a goods rule. */
  onCleared?: () => void
}

function Blockers({ blockers, rows, mild = false, onCleared }: BlockersProps) {
  const t = useMessages(printWords)
  const locale = useLocale()
  const numbers = new Map(rows.map((row) => [row.id, row.order_no ?? row.shipment_no]))
  return (
    <div className={styles.blockers}>
      {blockers.map(({ code, zh, en, shipment_ids, rule_id }) => (
        <div key={`${code}${zh}`} className={`${styles.blocker} ${mild ? styles.mild : ''}`}>
          <span className={styles.why}>
            <WarningFilled />
            {locale === 'zh-CN' ? zh : en} × {shipment_ids.length}
          </span>
          {onCleared && rule_id && <ClearGoods ids={shipment_ids} rule={rule_id} onDone={onCleared} />}
          <span className={`${styles.numbers} y-mono`}>
            {shipment_ids.slice(0, NAMED).map((id) => (
              <span key={id}>{numbers.get(id)}</span>
            ))}
            {shipment_ids.length > NAMED && t.more(shipment_ids.length - NAMED)}
          </span>
        </div>
      ))}
    </div>
  )
}

/** When the batch leaves: the services' next collections. */
function Leaving({ leaving }: { leaving: readonly Schema<'LeavingView'>[] }) {
  const t = useMessages(printWords)
  const zh = useLocale() === 'zh-CN'
  return (
    <div className={styles.summary}>
      <span className={styles.note}>{t.leaving}</span>
      {leaving.map((one) => (
        <Chip key={`${one.courier}${one.service}${one.at}`} tone="moving" icon={ClockCircleOutlined} aside={t.count(one.boxes)}>
          {one.courier} {zh ? one.zh : one.en}
        </Chip>
      ))}
    </div>
  )
}

function Needs({ needs }: { needs: readonly Need[] }) {
  const t = useMessages(printWords)
  const alerts = new Map(useQuery(accountsQuery).data?.map(({ id, balance_alert }) => [id, balance_alert]))
  const verdict = (need: Need) => {
    if (!need.enough) {
      return (
        <Chip tone="broken" icon={CloseCircleFilled} filled>
          {t.short(need.needed - (need.balance ?? 0))}
        </Chip>
      )
    }
    const low = need.balance !== null && need.balance - need.needed < (alerts.get(need.account_id) ?? 0)
    return (
      <Chip tone={low ? 'risk' : 'done'} icon={low ? WarningFilled : CheckCircleFilled}>
        {low ? t.low : t.enough}
      </Chip>
    )
  }
  const columns: PlainColumn<Need>[] = [
    { key: 'courier', title: t.courier, render: ({ courier }) => <CourierTag code={courier} /> },
    { key: 'branch', title: t.branch, render: ({ branch_name }) => branch_name ?? '' },
    { key: 'needed', title: t.needed, align: 'right', render: ({ needed }) => formatCount(needed) },
    {
      key: 'left',
      title: t.left,
      align: 'right',
      render: ({ balance }) => (balance === null ? t.unlimited : formatCount(balance)),
    },
    { key: 'verdict', title: '', render: verdict },
  ]
  return (
    <div>
      <PlainTable caption={t.numbers} columns={columns} rows={needs.toSorted((a, b) => Number(a.enough) - Number(b.enough) || b.needed - a.needed)} rowId={({ account_id }) => account_id} />
      {needs.some(({ enough }) => !enough) && <p className={styles.note}>{t.shortHow}</p>}
    </div>
  )
}
