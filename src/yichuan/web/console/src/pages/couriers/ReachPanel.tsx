import { CheckCircleFilled, CloseCircleFilled } from '@ant-design/icons'
import { useMutation } from '@tanstack/react-query'
import { Button, Input } from 'antd'
import { useState } from 'react'
import type { Schema } from '@/api/client'
import { useLocale, useMessages } from '@/i18n'
import { Chip, CourierTag, ErrorState, Panel, PlainTable } from '@/ui'
import { askReach } from './termData'
import styles from './terms.module.css'
import { termWords } from './termWords'

type Reach = Schema<'Reach'>

/** 地址是否可达: an address typed in, and which services take a parcel there now. */
export function ReachPanel() {
  const t = useMessages(termWords)
  const [address, setAddress] = useState('')
  const [goods, setGoods] = useState('')
  const ask = useMutation({ mutationFn: askReach })
  const found = ask.data
  return (
    <Panel title={t.tester}>
      <form
        className={styles.ask}
        onSubmit={(event) => {
          event.preventDefault()
          if (address.trim() !== '') ask.mutate({ address, goods })
        }}
      >
        <Input aria-label={t.address} placeholder={t.addressHint} maxLength={300} value={address} onChange={(event) => setAddress(event.target.value)} />
        <Input aria-label={t.name} placeholder={t.goodsHint} maxLength={300} value={goods} onChange={(event) => setGoods(event.target.value)} />
        <Button htmlType="submit" loading={ask.isPending}>
          {t.ask}
        </Button>
      </form>
      {ask.isError && <ErrorState compact error={ask.error} />}
      {found !== undefined && (
        <>
          <p className={styles.told} role="status">
            {found.adcode === null ? t.unreadPlace : `${t.reads} ${found.place}`}
          </p>
          <Answers items={found.items} />
        </>
      )}
    </Panel>
  )
}

/** Those that deliver in a few lines, the others one by one with the rule that stops them. */
function Answers({ items }: { items: readonly Reach[] }) {
  const t = useMessages(termWords)
  const zh = useLocale() === 'zh-CN'
  const nameOf = (row: Reach) => (zh ? row.service_zh : row.service_en)
  const refused = items.filter((row) => !row.reaches)
  return (
    <>
      <div className={styles.told}>
        {items
          .filter((row) => row.reaches)
          .map((row) => (
            <Chip key={`${row.courier}/${row.service}`} tone="done" icon={CheckCircleFilled} aside={(zh ? row.leaves_zh : row.leaves_en) ?? undefined}>
              {nameOf(row)}
            </Chip>
          ))}
      </div>
      {refused.length > 0 && (
        <PlainTable
          caption={t.reachesNot}
          rows={refused}
          rowId={(row) => `${row.courier}/${row.service}`}
          columns={[
            { key: 'courier', title: t.courier, render: (row) => <CourierTag code={row.courier} service={nameOf(row)} /> },
            {
              key: 'reaches',
              title: t.serves,
              render: () => (
                <Chip tone="broken" icon={CloseCircleFilled}>
                  {t.reachesNot}
                </Chip>
              ),
            },
            { key: 'why', title: t.why, render: (row) => row.reasons.map((why) => (zh ? why.zh : why.en)).join(zh ? '；' : '; ') },
          ]}
        />
      )}
    </>
  )
}
