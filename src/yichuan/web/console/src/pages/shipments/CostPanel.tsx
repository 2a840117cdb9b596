import { CheckCircleFilled, ClockCircleOutlined, StopOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import type { MoneyValue } from '@/api'
import { useMe } from '@/auth/useMe'
import { useLocale, useMessages } from '@/i18n'
import { Chip, CourierTag, Dash, Money, Panel, type PlainColumn, PlainTable } from '@/ui'
import type { Detail } from './data'
import { detailWords } from './detailWords'
import { type Candidate, readReason, type Reason } from './reason'
import styles from './shipments.module.css'

/** Candidates that are shown at once. */
const FEW = 4

function differenceOf({ cost_expected: expected, cost_billed: billed }: Detail): MoneyValue | null {
  if (expected === null || billed === null || expected.currency !== billed.currency) return null
  return { amount_minor: billed.amount_minor - expected.amount_minor, currency: billed.currency }
}

/**
 * What it costs, what was billed, and why this courier carries it. What couriers charge is the
 * platform's business: merchants read the reason without prices.
 */
export function CostPanel({ shipment }: { shipment: Detail }) {
  const t = useMessages(detailWords)
  const staff = useMe().role !== 'merchant'
  const reason = readReason(shipment.dispatch_reason)
  if (shipment.waybill_number === null && shipment.cost_expected === null) return null
  if (staff) {
    return (
      <Panel title={t.cost}>
        <Sums shipment={shipment} />
        {reason !== null && <Dispatch shipment={shipment} reason={reason} priced />}
        {reason === null && shipment.ship_method === 'own_number' && <p className={styles.quiet}>{t.noDispatch}</p>}
      </Panel>
    )
  }
  if (reason === null) return null
  return (
    <Panel title={t.dispatch}>
      <Dispatch shipment={shipment} reason={reason} />
    </Panel>
  )
}

function Sums({ shipment }: { shipment: Detail }) {
  const t = useMessages(detailWords)
  const difference = differenceOf(shipment)
  const tone = difference !== null && difference.amount_minor > 0 ? 'var(--y-broken-text)' : undefined
  return (
    <div className={styles.sums}>
      <span className={styles.sum}>
        <small>{t.expected}</small>
        <b>
          <Money value={shipment.cost_expected} />
        </b>
        {shipment.cost_expected === null && <small>{t.noCost}</small>}
      </span>
      <span className={styles.sum}>
        <small>{t.billed}</small>
        <b>
          <Money value={shipment.cost_billed} />
        </b>
        {shipment.cost_billed === null && <small>{t.notBilled}</small>}
      </span>
      <span className={styles.sum} style={{ color: tone }}>
        <small>{t.difference}</small>
        <b>
          <Money value={difference} signed />
        </b>
      </span>
    </div>
  )
}

interface DispatchProps {
  shipment: Detail
  reason: Reason
  priced?: boolean
}

function Dispatch({ shipment, reason, priced = false }: DispatchProps) {
  const t = useMessages(detailWords)
  const zh = useLocale() === 'zh-CN'
  const [whole, setWhole] = useState(false)
  const text = zh ? reason.zh : reason.en
  const usable = reason.candidates.filter(({ refused_zh: refused }) => refused === null)
  const shown = whole ? reason.candidates : usable.slice(0, FEW)
  const isChosen = (one: Candidate) => one.courier === shipment.courier && one.service === shipment.service
  return (
    <>
      {text !== '' && (
        <p className={styles.why}>
          {priced && <strong>{t.dispatch}</strong>}
          <span>
            {text}
            {reason.weight_assumed && ` ${t.assumed}`}
          </span>
        </p>
      )}
      {shown.length > 0 && <Candidates rows={shown} isChosen={isChosen} priced={priced} />}
      {reason.candidates.length > Math.min(usable.length, FEW) && (
        <Button type="link" size="small" onClick={() => setWhole(!whole)}>
          {whole ? t.fewer : t.allCandidates(reason.candidates.length)}
        </Button>
      )}
    </>
  )
}

interface CandidatesProps {
  rows: readonly Candidate[]
  isChosen: (one: Candidate) => boolean
  priced: boolean
}

function Candidates({ rows, isChosen, priced }: CandidatesProps) {
  const t = useMessages(detailWords)
  const locale = useLocale()
  const zh = locale === 'zh-CN'
  const columns: PlainColumn<Candidate>[] = [
    {
      key: 'service',
      title: t.candidate,
      render: (one) => (
        <span className={styles.two}>
          <CourierTag code={one.courier} />
          <span className={styles.under}>{zh ? one.service_zh : one.service_en}</span>
        </span>
      ),
    },
    {
      key: 'cost',
      title: t.price,
      align: 'right',
      render: (one) =>
        one.cost_minor === null ? <Dash /> : <Money value={{ amount_minor: one.cost_minor, currency: 'CNY' }} />,
    },
    { key: 'days', title: t.days, render: (one) => <span className={styles.nowrap}>{t.daysOf(one.typical_days)}</span> },
    { key: 'fate', title: '', render: (one) => <Fate one={one} chosen={isChosen(one)} zh={zh} /> },
  ]
  return (
    <PlainTable
      caption={t.dispatch}
      columns={priced ? columns : columns.filter(({ key }) => key !== 'cost')}
      rows={rows}
      rowId={({ courier, service }) => `${courier} ${service ?? ''}`}
    />
  )
}

function Fate({ one, chosen, zh }: { one: Candidate; chosen: boolean; zh: boolean }) {
  const t = useMessages(detailWords)
  if (chosen) {
    return (
      <Chip tone="done" icon={CheckCircleFilled}>
        {t.chosen}
      </Chip>
    )
  }
  const refused = zh ? one.refused_zh : one.refused_en
  if (refused !== null) {
    return (
      <Chip tone="waiting" icon={StopOutlined} title={t.refused}>
        {refused}
      </Chip>
    )
  }
  if (one.keeps_promise) return <span className={styles.quiet}>{t.inTime}</span>
  return (
    <Chip tone="risk" icon={ClockCircleOutlined}>
      {t.tooLate}
    </Chip>
  )
}
