import { CheckCircleOutlined, CloseCircleOutlined, PauseCircleOutlined, WarningOutlined } from '@ant-design/icons'
import { useMemo } from 'react'
import { useLocale, useMessages } from '@/i18n'
import { type Column, WIDTH } from '@/table'
import { Chip, CourierTag, Dash, Money, TimeAgo } from '@/ui'
import { useMerchantName } from '../merchants/names'
import type { Term, TermKind, TermOf } from './termData'
import styles from './terms.module.css'
import { termWords } from './termWords'

type Words = (typeof termWords)['zh-CN']

/** The columns of one kind of rule; each kind has its own besides courier, owner and author. */
export function useTermColumns(kind: TermKind): Column<Term>[] {
  const t = useMessages(termWords)
  const zh = useLocale() === 'zh-CN'
  const nameOf = useMerchantName()
  return useMemo(() => {
    const own = OWN[kind](t, zh) as Column<Term>[]
    const courier: Column<Term> = {
      key: 'courier',
      title: t.courier,
      width: WIDTH.courier + 60,
      card: kind === 'goods' ? 'line' : 'title',
      render: (row) => (row.courier === null ? t.anyCourier : <CourierTag code={row.courier} service={'service' in row ? row.service : null} />),
    }
    const shared: Column<Term>[] = [
      { key: 'owner', title: t.owner, width: 110, render: (row) => (row.merchant_id === null ? t.platform : nameOf(row.merchant_id)) },
      { key: 'by', title: t.by, width: 150, card: 'none', render: (row) => <span>{row.actor === 'yichuan' ? t.packaged : row.actor}</span> },
    ]
    return kind === 'goods' ? [...own, courier, ...shared] : [courier, ...own, ...shared]
  }, [kind, t, zh, nameOf])
}

type Columns<Kind extends TermKind> = (t: Words, zh: boolean) => Column<TermOf<Kind>>[]

const place = <Row extends { place?: string }>(t: Words): Column<Row> => ({
  key: 'place',
  title: t.place,
  width: WIDTH.place + 60,
  render: (row) => row.place || t.everywhere,
})

const OWN: { [Kind in TermKind]: Columns<Kind> } = {
  areas: (t) => [
    place(t),
    { key: 'keyword', title: t.keyword, width: 120, render: (row) => row.keyword || <Dash /> },
    {
      key: 'serves',
      title: t.serves,
      width: 90,
      card: 'state',
      render: (row) => <Chip tone={row.serves ? 'done' : 'broken'} icon={row.serves ? CheckCircleOutlined : CloseCircleOutlined}>{row.serves ? t.servesYes : t.servesNo}</Chip>,
    },
    { key: 'note', title: t.note, width: 200, render: (row) => row.note || <Dash /> },
  ],
  suspensions: (t) => [
    place(t),
    { key: 'direction', title: t.direction, width: 100, render: (row) => t[row.direction] },
    { key: 'reason', title: t.reason, width: 220, wrap: true, render: (row) => `${t.causes[row.cause]} · ${row.reason}` },
    {
      key: 'state',
      title: t.state,
      width: 90,
      card: 'state',
      render: (row) => (
        <Chip tone={row.state === 'current' ? 'risk' : 'waiting'} icon={row.state === 'current' ? WarningOutlined : PauseCircleOutlined}>
          {t[row.state as 'past']}
        </Chip>
      ),
    },
    { key: 'from', title: t.fromAt, width: WIDTH.time, render: (row) => <TimeAgo at={row.from_at} exact /> },
    { key: 'until', title: t.untilAt, width: WIDTH.time, render: (row) => (row.until_at === null ? t.pending : <TimeAgo at={row.until_at} exact />) },
  ],
  goods: (t, zh) => [
    { key: 'name', title: t.name, width: 190, always: true, wrap: true, card: 'title', render: (row) => (zh ? row.name_zh : row.name_en) },
    {
      key: 'level',
      title: t.level,
      width: 130,
      card: 'state',
      render: (row) =>
        row.enabled ? (
          <Chip tone={row.level === 'forbidden' ? 'broken' : 'risk'} icon={row.level === 'forbidden' ? CloseCircleOutlined : WarningOutlined}>
            {t[row.level]}
          </Chip>
        ) : (
          <Chip tone="waiting" icon={PauseCircleOutlined}>
            {t.off}
          </Chip>
        ),
    },
    { key: 'keywords', title: t.keywords, width: 320, wrap: true, render: (row) => <Listed words={row.keywords} /> },
    { key: 'unless', title: t.unless, width: 240, wrap: true, card: 'none', render: (row) => <Listed words={row.unless} /> },
    { key: 'source', title: t.source, width: 240, wrap: true, card: 'none', render: (row) => row.source || <Dash /> },
  ],
  cutoffs: (t) => [
    place(t),
    { key: 'branch', title: t.branch, width: 120, render: (row) => row.branch_code ?? t.anyBranch },
    { key: 'days', title: t.weekdays, width: 170, render: (row) => daysOf(row.weekdays, t) },
    { key: 'at', title: t.at, width: 100, card: 'state', render: (row) => row.at?.slice(0, 5) ?? t.noCollection },
  ],
  real_names: (t) => [
    { key: 'account', title: t.account, width: 150, render: (row) => (row.account_id === null ? <Dash /> : <span className="y-mono">{row.account_id.slice(-8)}</span>) },
    { key: 'reference', title: t.reference, width: 160, render: (row) => row.reference || <Dash /> },
    { key: 'until', title: t.validUntil, width: 120, card: 'state', render: (row) => row.valid_until ?? t.forever },
  ],
  traits: (t) => [
    { key: 'air', title: t.byAir, width: 120, render: (row) => <Said value={row.by_air} /> },
    { key: 'named', title: t.realName, width: 120, render: (row) => <Said value={row.real_name} /> },
  ],
  compensation: (t) => [
    { key: 'trouble', title: t.trouble, width: 120, card: 'state', render: (row) => `${row.insured ? t.insured : t.uninsured} · ${t[row.trouble]}` },
    { key: 'freight', title: t.freightPercent, width: 100, align: 'right', render: (row) => share(row.freight_percent) },
    { key: 'value', title: t.valuePercent, width: 100, align: 'right', render: (row) => share(row.value_percent) },
    {
      key: 'cap',
      title: t.capTitle,
      width: 110,
      align: 'right',
      render: (row) => (row.cap_minor === null ? <Dash /> : <Money value={{ amount_minor: row.cap_minor, currency: 'CNY' }} />),
    },
    { key: 'days', title: t.claimDays, width: 150, render: (row) => `${t.daysUnit(row.claim_days)} · ${t[row.counted_from]}` },
    { key: 'source', title: t.source, width: 260, wrap: true, card: 'none', render: (row) => row.source || <Dash /> },
  ],
}

const share = (percent: number | null) => (percent === null ? <Dash /> : `${percent}%`)

/** 12345 as the days' names. */
function daysOf(digits: string, t: Words): string {
  if (digits === '1234567') return t.everyDay
  const names = t.days.split(' ')
  return t.dayOf([...digits].map((digit) => names[Number(digit) - 1]).join(' '))
}

function Said({ value }: { value: boolean | null }) {
  const t = useMessages(termWords)
  if (value === null) return <>{t.unknown}</>
  return <>{value ? t.enabledYes : t.enabledNo}</>
}

/** Some words of a list, all of them on hover. */
function Listed({ words }: { words: readonly string[] }) {
  if (words.length === 0) return <Dash />
  return (
    <span className={styles.words} title={words.join(' ')}>
      {words.slice(0, 8).join(' ')}
      {words.length > 8 && ' …'}
    </span>
  )
}
