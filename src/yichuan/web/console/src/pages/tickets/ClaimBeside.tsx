import { useQuery } from '@tanstack/react-query'
import { api, type Schema, unwrap } from '@/api/client'
import { defineMessages, useLocale, useMessages } from '@/i18n'
import { Dash, type Fact, Facts, Money, TimeAgo } from '@/ui'
import type { TicketDetail } from './data'
import styles from './tickets.module.css'

const claimWords = defineMessages(
  {
    title: '理赔',
    amount: '可索赔',
    withheld: '平台账号，由平台索赔',
    unknown: '运费或货值未知，暂算不出',
    standard: '理赔标准',
    source: '依据',
    freight: '运费',
    goods: '货值',
    declared: '保价金额',
    left: '剩余时间',
    days: (n: number) => (n === 0 ? '已过理赔时限' : `还有 ${n} 天`),
    until: '截止',
  },
  {
    title: 'Claim',
    amount: 'May be claimed',
    withheld: 'The platform claims on its own account',
    unknown: 'Freight or value unknown, cannot be worked out',
    standard: 'Standard',
    source: 'Source',
    freight: 'Freight',
    goods: 'Goods',
    declared: 'Declared value',
    left: 'Time left',
    days: (n) => (n === 0 ? 'The claim has lapsed' : `${n} days left`),
    until: 'Until',
  },
)

/** What may be claimed from the courier, by which standard, and how long. Empty for other cases. */
export function ClaimBeside({ ticket }: { ticket: TicketDetail }) {
  const t = useMessages(claimWords)
  const claim = useQuery({
    queryKey: ['ticket', ticket.id, 'claim'],
    queryFn: ({ signal }) => unwrap(api.GET('/api/v1/tickets/{ticket_id}/claim', { params: { path: { ticket_id: ticket.id } }, signal })),
  }).data?.claim
  if (!claim) return null
  return (
    <section aria-label={t.title}>
      <div className={styles.head}>
        <strong>{t.title}</strong>
      </div>
      <Claim claim={claim} />
    </section>
  )
}

function Claim({ claim }: { claim: Schema<'ClaimView'> }) {
  const t = useMessages(claimWords)
  const zh = useLocale() === 'zh-CN'
  const known = claim.rule_id !== null
  const amount = claim.amount ? <b><Money value={claim.amount} /></b> : claim.withheld ? t.withheld : known ? t.unknown : <Dash />
  const facts: (Fact | false)[] = [
    { label: t.amount, value: amount },
    claim.days_left !== null && claim.days_left !== undefined && { label: t.left, value: t.days(claim.days_left) },
    { label: t.standard, value: zh ? claim.standard_zh : claim.standard_en, wide: true },
    claim.source !== '' && { label: t.source, value: claim.source, wide: true },
    claim.freight !== null && { label: t.freight, value: <Money value={claim.freight} /> },
    claim.goods_value !== null && { label: t.goods, value: <Money value={claim.goods_value} /> },
    claim.declared !== null && { label: t.declared, value: <Money value={claim.declared} /> },
    claim.claim_until !== null && { label: t.until, value: <TimeAgo at={claim.claim_until} exact /> },
  ]
  return <Facts items={facts} />
}
