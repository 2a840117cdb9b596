import { EditOutlined, InboxOutlined, WarningOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { Link } from 'react-router'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { Dash, DetailSkeleton, ErrorState, Facts, PageStack, Panel, TimeAgo } from '@/ui'
import { RatingsPanel } from '@/ratings/RatingsPanel'
import { type Merchant, merchantQuery } from './data'
import { ChangeForm } from './MerchantForm'
import styles from './merchants.module.css'
import { Senders, Shops } from './Places'
import { ScoreCard } from './ScoreCard'
import { ServiceContact } from './ServiceContact'
import { StatusChip } from './StatusChip'
import { modeWords, tierWords, words } from './words'

/** A merchant, whole: what was agreed, how it does, where it ships from. */
export function MerchantBody({ id }: { id: string }) {
  const own = useMe().role === 'merchant'
  const merchant = useQuery(merchantQuery(id))
  if (merchant.data === undefined) {
    return merchant.isError ? (
      <ErrorState error={merchant.error} onRetry={() => void merchant.refetch()} compact />
    ) : (
      <DetailSkeleton />
    )
  }
  return (
    <PageStack>
      {!own && <Agreed merchant={merchant.data} />}
      <ScoreCard id={id} />
      <RatingsPanel of={{ merchant_id: id }} />
      <ServiceContact merchant={merchant.data} />
      <Senders id={id} />
      <Shops id={id} />
      {own && <Agreed merchant={merchant.data} />}
    </PageStack>
  )
}

function Agreed({ merchant }: { merchant: Merchant }) {
  const t = useMessages(words)
  const [tiers, modes] = [useMessages(tierWords), useMessages(modeWords)]
  const [changing, setChanging] = useState(false)
  const role = useMe().role
  const { id, code, tier, status, logistics_mode, category, ship_within_hours, created_at } = merchant
  const edit = role === 'operator' && (
    <Button size="small" icon={<EditOutlined />} onClick={() => setChanging(true)}>
      {t.edit}
    </Button>
  )
  return (
    <Panel title={t.facts} extra={edit}>
      <div className={styles.facts}>
        <Facts
        items={[
          { label: t.code, value: <span className="y-mono">{code}</span> },
          { label: t.status, value: <StatusChip status={status} /> },
          { label: t.tier, value: tiers[tier] },
          { label: t.mode, value: modes[logistics_mode] },
          { label: t.promise, value: t.hours(ship_within_hours) },
          { label: t.category, value: category ?? <Dash /> },
          { label: t.created, value: <TimeAgo at={created_at} exact /> },
        ]}
      />
      </div>
      {role !== 'merchant' && (
        <div className={styles.ways}>
          <Link to={`/shipments?merchant_id=${id}`}>
            <Button icon={<InboxOutlined />}>{t.parcelsOf}</Button>
          </Link>
          <Link to={`/exceptions?open=true&party=merchant&merchant_id=${id}`}>
            <Button icon={<WarningOutlined />}>{t.problemsOf}</Button>
          </Link>
        </div>
      )}
      {changing && <ChangeForm merchant={merchant} onDone={() => setChanging(false)} />}
    </Panel>
  )
}
