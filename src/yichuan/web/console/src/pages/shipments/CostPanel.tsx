import { CheckCircleFilled, ClockCircleOutlined, StopOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useState } from 'react'
import type { MoneyValue } from '@/api'
import { useLocale, useMessages } from '@/i18n'
import { Chip, CourierTag, Dash, Money, Panel, type PlainColumn, PlainTable } from '@/ui'
import type { Detail } from './data'
import { detailWords } from './detailWords'
import { type Candidate, readReason } from './reason'
import styles from './shipments.module.css'

function differenceOf({ cost_expected: expected, cost_billed: billed }: Detail): MoneyValue | null {
  if (expected === null || billed === null || expected.currency !== billed.currency) return null
  return { amount_minor: billed.amount_minor - expected.amount_minor, currency: billed.currency }
}

/** What it costs, what was billed, and why this courier carries it. */
export function CostPanel({ shipment }: { shipment: Detail }) {
  const t = useMessages(detailWords)
  const difference = differenceOf(shipment)
  if (shipment.waybill_number === null && shipment.cost_expected === null) return null
  const tone = difference !== null && difference.amount_minor > 0 ? 'var(--y-broken-text)' : undefined
  return (
    <Panel title={t.cost}>
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
      <Dispatch shipment={shipment} />
    </Panel>
  )
}

function Dispatch({ shipment }: { shipment: Detail }) {
  const t = useMessages(detailWords)
  const locale = useLocale()
  const [whole, setWhole] = useState(false)
  const reason = readReason(shipment.dispatch_reason)
  if (reason === null) {
    return shipment.ship_method === 'own_number' ? <p className={styles.hint}>{t.noDispatch}</p> : null
  }
  const usable = reason.candidates.filter(({ refused_zh: refused }) => refused === null)
  const shown = whole ? reason.candidates : usable
  const isChosen = (one: Candidate) => one.courier === shipment.courier && one.service === shipment.service
  return (
    <>
      <p className={styles.why}>
        <strong>{t.dispatch}</strong>
        <br />
        {locale === 'zh-CN' ? reason.zh : reason.en}
        {reason.weight_assumed && ` ${t.assumed}`}
      </p>
      {shown.length > 0 && <Candidates rows={shown} isChosen={isChosen} />}
      {reason.candidates.length > usable.length && (
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
}

function Candidates({ rows, isChosen }: CandidatesProps) {
  const t = useMessages(detailWords)
  const locale = useLocale()
  const zh = locale === 'zh-CN'
  const columns: PlainColumn<Candidate>[] = [
    {
      key: 'service',
      title: t.candidate,
      render: (one) => <CourierTag code={one.courier} service={zh ? one.service_zh : one.service_en} />,
    },
    {
      key: 'cost',
      title: t.price,
      align: 'right',
      render: (one) =>
        one.cost_minor === null ? <Dash /> : <Money value={{ amount_minor: one.cost_minor, currency: 'CNY' }} />,
    },
    { key: 'days', title: t.days, render: (one) => t.daysOf(one.typical_days) },
    { key: 'fate', title: '', render: (one) => <Fate one={one} chosen={isChosen(one)} zh={zh} /> },
  ]
  return (
    <PlainTable
      caption={t.dispatch}
      columns={columns}
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
