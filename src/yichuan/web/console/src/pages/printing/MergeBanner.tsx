import { MergeCellsOutlined } from '@ant-design/icons'
import { useMutation, useQuery } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { api, type Schema, unwrap } from '@/api'
import { useLocale, useMessages } from '@/i18n'
import { errorTitle } from '@/ui'
import { mergeBoxes } from './acts'
import styles from './Banner.module.css'
import { bannerWords } from './bannerWords'
import { useMerchantInView } from './filters'

/** Boxes to one recipient: packing them together saves a parcel each. */
export function MergeBanner() {
  const t = useMessages(bannerWords)
  const merchant = useMerchantInView()
  const [open, setOpen] = useState(false)
  const groups =
    useQuery({
      queryKey: ['printing', 'merges', merchant],
      enabled: merchant !== undefined,
      queryFn: ({ signal }) =>
        unwrap(
          api.GET('/api/v1/shipments/merge-suggestions', { params: { query: { merchant_id: merchant } }, signal }),
        ),
    }).data ?? []
  if (groups.length === 0) return null
  const boxes = groups.reduce((sum, group) => sum + group.shipment_ids.length, 0)
  return (
    <div className={styles.banner}>
      <MergeCellsOutlined />
      <span className={styles.text}>{t.merges(groups.length, boxes)}</span>
      <Button size="small" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? t.hide : t.look}
      </Button>
      {open && (
        <ul className={styles.groups}>
          {groups.map((group) => (
            <Group key={group.shipment_ids.join()} group={group} />
          ))}
        </ul>
      )}
    </div>
  )
}

function Group({ group }: { group: Schema<'MergeSuggestion'> }) {
  const t = useMessages(bannerWords)
  const locale = useLocale()
  const { message } = App.useApp()
  const merge = useMutation({
    mutationFn: () => mergeBoxes(group.shipment_ids.slice(0, 50)),
    onSuccess: () => message.success(t.merged(group.shipment_ids.length)),
    onError: (error) => message.error(errorTitle(error, locale)),
  })
  return (
    <li className={styles.group}>
      <span>
        {group.recipient_name} · {group.dest_city} ·{' '}
        <span className="y-mono">{group.order_nos.join(' ')}</span>
      </span>
      <Button size="small" type="primary" ghost loading={merge.isPending} onClick={() => merge.mutate()}>
        {t.mergeGroup(group.shipment_ids.length)}
      </Button>
    </li>
  )
}
