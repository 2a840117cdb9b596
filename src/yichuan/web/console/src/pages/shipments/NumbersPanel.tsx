import { PlusOutlined } from '@ant-design/icons'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Alert, App, Button, Popconfirm } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { api, type Schema, unwrap } from '@/api/client'
import { common, useLocale, useMessages } from '@/i18n'
import { CopyableNumber, CourierTag, errorTitle, StateChip, Panel, TimeAgo } from '@/ui'
import { type Detail, numbersQuery, refresh } from './data'
import { numberWords } from './numberWords'
import styles from './shipments.module.css'

type Bound = Schema<'NumberView'>
type Doubt = Schema<'DoubtView'>
const NumberDialog = lazy(() => import('./NumberDialog'))

/** Every number the parcel travels under; further ones are added, and doubts settled, by hand. */
export function NumbersPanel({ shipment }: { shipment: Detail }) {
  const t = useMessages(numberWords)
  const [asked, setAsked] = useState<{ doubt?: Doubt } | null>(null)
  const { data } = useQuery({ ...numbersQuery(shipment.id), enabled: shipment.waybill_number !== null })
  if (shipment.waybill_number === null) return null
  const items = data?.items ?? []
  const first = items.find(({ leg, by }) => leg === 'out' && by === 'waybill') ?? items[0]
  return (
    <Panel
      title={t.title}
      extra={
        <Button size="small" icon={<PlusOutlined />} onClick={() => setAsked({})}>
          {t.add}
        </Button>
      }
    >
      {data?.doubts.map((doubt) => (
        <InDoubt key={doubt.number} id={shipment.id} doubt={doubt} onAdopt={() => setAsked({ doubt })} />
      ))}
      <ul className={styles.entries}>
        {items.map((one) => (
          <li key={`${one.courier} ${one.number}`}>
            <Entry id={shipment.id} bound={one} first={one === first} />
          </li>
        ))}
      </ul>
      {asked && (
        <Suspense fallback={null}>
          <NumberDialog id={shipment.id} doubt={asked.doubt} onClose={() => setAsked(null)} />
        </Suspense>
      )}
    </Panel>
  )
}

function Entry({ id, bound, first }: { id: string; bound: Bound; first: boolean }) {
  const t = useMessages(numberWords)
  const way = bound.leg === 'out' ? (first ? t.first : t.next) : t[bound.leg]
  return (
    <div className={styles.entry}>
      <div className={styles.line}>
        <strong>{way}</strong>
        <CourierTag code={bound.courier} />
        <CopyableNumber value={bound.number} />
        {bound.by !== 'waybill' && <TakeOff id={id} bound={bound} />}
      </div>
      <div className={styles.meta}>
        {bound.last_event_at === null ? (
          <span>{t.silent}</span>
        ) : (
          <>
            <StateChip milestone={bound.milestone} />
            <TimeAgo at={bound.last_event_at} />
          </>
        )}
        {bound.by !== 'waybill' && <span>{t[bound.by]}</span>}
      </div>
    </div>
  )
}

function useSaid(id: string, said: string) {
  const locale = useLocale()
  const { message } = App.useApp()
  return {
    onSuccess: () => void message.success(said),
    onError: (error: unknown) => void message.error(errorTitle(error, locale)),
    onSettled: () => refresh(id),
  }
}

function TakeOff({ id, bound: { courier, number } }: { id: string; bound: Bound }) {
  const t = useMessages(numberWords)
  const c = useMessages(common)
  const off = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/v1/shipments/{shipment_id}/numbers/remove', {
          params: { path: { shipment_id: id } },
          body: { courier, number },
        }),
      ),
    ...useSaid(id, t.removed),
  })
  return (
    <Popconfirm title={t.removeSure} okText={t.remove} cancelText={c.cancel} onConfirm={() => off.mutate()}>
      <Button size="small" type="link" danger loading={off.isPending}>
        {t.remove}
      </Button>
    </Popconfirm>
  )
}

function InDoubt({ id, doubt, onAdopt }: { id: string; doubt: Doubt; onAdopt: () => void }) {
  const t = useMessages(numberWords)
  const c = useMessages(common)
  const ignore = useMutation({
    mutationFn: () =>
      unwrap(
        api.POST('/api/v1/shipments/{shipment_id}/numbers/dismiss', {
          params: { path: { shipment_id: id } },
          body: { number: doubt.number },
        }),
      ),
    ...useSaid(id, t.dismissed),
  })
  return (
    <Alert
      showIcon
      type="warning"
      className={styles.above}
      title={t.doubt(doubt.number)}
      description={
        <>
          <p>
            {t.doubtWhy(`${doubt.from_courier} ${doubt.from_number}`)} {doubt.said}
          </p>
          <div className={styles.line}>
            <Button size="small" type="primary" onClick={onAdopt}>
              {t.adopt}
            </Button>
            <Popconfirm title={t.dismissSure} okText={t.dismiss} cancelText={c.cancel} onConfirm={() => ignore.mutate()}>
              <Button size="small" loading={ignore.isPending}>
                {t.dismiss}
              </Button>
            </Popconfirm>
          </div>
        </>
      }
    />
  )
}
