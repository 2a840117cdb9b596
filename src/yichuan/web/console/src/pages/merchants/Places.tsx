import { PlusOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button } from 'antd'
import { useState } from 'react'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { DetailSkeleton, EmptyState, ErrorState, Panel } from '@/ui'
import { type Sender, sendersQuery, shopsQuery } from './data'
import styles from './merchants.module.css'
import { SenderForm } from './SenderForm'
import { words } from './words'

/** Under which names a merchant sells. */
export function Shops({ id }: { id: string }) {
  const t = useMessages(words)
  const shops = useQuery(shopsQuery(id))
  return (
    <Panel title={t.shops}>
      {shops.data === undefined ? (
        shops.isError ? (
          <ErrorState error={shops.error} onRetry={() => void shops.refetch()} compact />
        ) : (
          <DetailSkeleton lines={1} />
        )
      ) : shops.data.items.length === 0 ? (
        <EmptyState compact title={t.shopsNone} how={t.shopsNoneHow} />
      ) : (
        <ul className={styles.tags}>
          {shops.data.items.map(({ id: shop, name, code }) => (
            <li key={shop} title={code}>
              {name}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

/** Where a merchant's parcels begin, and where they come back to. */
export function Senders({ id }: { id: string }) {
  const t = useMessages(words)
  const mayAdd = useMe().role !== 'service'
  const [adding, setAdding] = useState(false)
  const senders = useQuery(sendersQuery(id))
  const add = mayAdd && (
    <Button size="small" icon={<PlusOutlined />} onClick={() => setAdding(true)}>
      {t.addSender}
    </Button>
  )
  return (
    <Panel title={t.senders} extra={add}>
      {senders.data === undefined ? (
        senders.isError ? (
          <ErrorState error={senders.error} onRetry={() => void senders.refetch()} compact />
        ) : (
          <DetailSkeleton lines={2} />
        )
      ) : senders.data.items.length === 0 ? (
        <EmptyState compact title={t.sendersNone} how={t.sendersNoneHow} />
      ) : (
        <ul className={styles.places}>
          {senders.data.items.map((sender) => (
            <Place key={sender.id} sender={sender} />
          ))}
        </ul>
      )}
      {adding && <SenderForm id={id} onDone={() => setAdding(false)} />}
    </Panel>
  )
}

function Place({ sender }: { sender: Sender }) {
  const t = useMessages(words)
  const { kind, name, province, city, district, address, is_default } = sender
  const parts = [province, city, district].filter((part, i, all) => part !== '' && part !== all[i - 1])
  return (
    <li>
      <span className={styles.placeHead}>
        {kind === 'return' ? t.return : t.ship_from}
        {is_default && <span className={styles.default}>{t.default}</span>}
        <span>{name}</span>
      </span>
      <span>
        {parts.join(' ')} {address}
      </span>
    </li>
  )
}
