import { Button } from 'antd'
import { useMemo, useState } from 'react'
import { useMe } from '@/auth/useMe'
import { useDetailName } from '@/domain'
import { useMessages } from '@/i18n'
import { CopyableNumber, CourierTag, EmptyState, Timeline, type TimelineEvent } from '@/ui'
import type { TimelineItem } from './data'
import { detailWords, eventWords } from './detailWords'
import { numberWords } from './numberWords'
import styles from './shipments.module.css'

const SHOWN = 12

type EventWords = ReturnType<typeof useMessages<(typeof eventWords)['zh-CN']>>

/** What an act of ours is called; its own name where this build does not know it. */
function actText({ kind, data }: TimelineItem, t: EventWords): string {
  const detail = data ?? {}
  const text = (key: string) => (typeof detail[key] === 'string' ? detail[key] : '')
  if (kind === 'waybill') {
    const what = `${text('courier')} ${text('number')}`.trim()
    return text('method') === 'own_number' ? t.own(what) : t.waybill(what)
  }
  if (kind === 'number_added' || kind === 'number_removed') return t[kind](`${text('courier')} ${text('number')}`)
  if (kind === 'imported') return t.imported(text('file'))
  if (kind === 'split') return t.split(Array.isArray(detail.into) ? detail.into.length : 1)
  const words = t as unknown as Readonly<Record<string, unknown>>
  const word = words[kind]
  return typeof word === 'string' ? word : kind
}

function useActorName(): (actor: string | null | undefined) => string {
  const t = useMessages(detailWords)
  const me = useMe()
  return (actor) => {
    const [kind, id] = (actor ?? '').split(':')
    if (kind === 'user') return id === me.id ? t.me : t.user
    return kind === 'key' ? t.key : t.system
  }
}

/** Both halves as one story; a milestone is told where it was reached first. */
function useEvents(items: readonly TimelineItem[]): TimelineEvent[] {
  const t = useMessages(detailWords)
  const acts = useMessages(eventWords)
  const detailName = useDetailName()
  const actor = useActorName()
  let before: string | null | undefined
  return items.map((item, index) => {
    const key = `${item.at} ${index}`
    if (item.source === 'house') {
      return { key, at: item.at, text: actText(item, acts), source: `${t.house} · ${actor(item.actor)}` }
    }
    const reached = item.milestone && item.milestone !== before ? item.milestone : null
    before = item.milestone ?? before
    const way = item.leg === 'return' ? ` · ${t.way}` : item.leg === 'piece' ? ` · ${t.piece}` : ''
    return {
      key,
      at: item.at,
      text: item.text ?? '',
      milestone: reached,
      city: item.city,
      source: `${item.courier ?? ''} ${item.number ?? ''}${way}`,
      receivedAt: item.received_at,
      raw: [item.code, item.detail, detailName(item.detail)].filter(Boolean).join(' · '),
    }
  })
}

/** What was scanned under one number, or (without one) what we did. */
interface Group {
  key: string
  item: TimelineItem
  items: TimelineItem[]
  first: boolean
}

/** Scans by number, that which began last first, then our own acts. */
function groupsOf(items: readonly TimelineItem[]): Group[] {
  const groups = new Map<string, Group>()
  for (const item of items) {
    const key = item.source === 'house' ? '' : `${item.courier} ${item.number}`
    const group = groups.get(key)
    if (group) group.items.push(item)
    else groups.set(key, { key, item, items: [item], first: false })
  }
  const numbers = [...groups.values()].filter(({ key }) => key !== '')
  const oldest = numbers.find(({ item }) => item.leg === 'out')
  if (oldest) oldest.first = true
  const acts = groups.get('')
  return acts ? [...numbers.reverse(), acts] : numbers.reverse()
}

/** The whole story; where the parcel travels under several numbers, one part for each. */
export function Story({ items }: { items: readonly TimelineItem[] }) {
  const t = useMessages(detailWords)
  const groups = useMemo(() => groupsOf(items), [items])
  const several = groups.filter(({ key }) => key !== '').length > 1
  if (items.length === 0) return <EmptyState compact title={t.noEvents} how={t.noEventsHow} />
  if (!several) return <Part items={items} />
  return groups.map((group) => (
    <section key={group.key} className={styles.part} aria-label={group.key || t.acts}>
      <Heading group={group} />
      <Part items={group.items} />
    </section>
  ))
}

function Heading({ group: { key, item, first } }: { group: Group }) {
  const t = useMessages(detailWords)
  const n = useMessages(numberWords)
  if (key === '') return <h4>{t.acts}</h4>
  const leg = item.leg ?? 'out'
  return (
    <h4 className={styles.line}>
      {leg === 'out' ? (first ? n.first : n.next) : n[leg]}
      <CourierTag code={item.courier ?? ''} />
      <CopyableNumber value={item.number} />
    </h4>
  )
}

function Part({ items }: { items: readonly TimelineItem[] }) {
  const t = useMessages(detailWords)
  const [whole, setWhole] = useState(false)
  const events = useEvents(items)
  const newest = [...events].sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
  return (
    <>
      <Timeline events={whole ? newest : newest.slice(0, SHOWN)} />
      {events.length > SHOWN && (
        <Button type="link" className={styles.more} onClick={() => setWhole(!whole)}>
          {whole ? t.showLess : t.showAll(events.length)}
        </Button>
      )}
    </>
  )
}
