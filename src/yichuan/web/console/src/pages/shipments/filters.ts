import { useMemo } from 'react'
import { useMe } from '@/auth/useMe'
import { type Milestone, MILESTONES, milestoneWords, PROBLEM_KINDS, problemName } from '@/domain'
import { useLocale, useMessages } from '@/i18n'
import type { Filter, PresetView } from '@/table'
import { merchantFilter } from '../merchants/names'
import { STAGES } from '../overview/liveData'
import { liveWords } from '../overview/liveWords'
import { useCourierOptions, useProvinceOptions } from '../printing/filters'
import { listWords, methodWords, queueWords } from './words'

function options<Words extends Readonly<Record<string, string>>>(words: Words) {
  return Object.entries(words).map(([value, label]) => ({ value, label }))
}

/** What a parcel went through on which days, and whether the filter waits behind "more". */
const DAYS = [
  ['created', false],
  ['shipped', false],
  ['paid', true],
  ['picked_up', true],
  ['delivered', true],
  ['ended', true],
  ['troubled', true],
] as const

/** How the server calls what has no courier or no province yet. */
const NONE = '-'

export function useFilters(): Filter[] {
  const t = useMessages(listWords)
  const milestones = useMessages(milestoneWords)
  const queues = useMessages(queueWords)
  const methods = useMessages(methodWords)
  const stages = useMessages(liveWords)
  const locale = useLocale()
  const staff = useMe().role !== 'merchant'
  const couriers = useCourierOptions()
  const provinces = useProvinceOptions()
  return useMemo<Filter[]>(() => {
    const none = { value: NONE, label: t.none }
    const problems = PROBLEM_KINDS.map((value) => ({ value, label: problemName(value, locale) }))
    return [
      {
        key: 'milestone',
        label: t.state,
        kind: 'choice',
        options: MILESTONES.map((value) => ({ value, label: milestones[value] })),
      },
      { key: 'courier', label: t.courier, kind: 'choice', single: true, options: [...couriers, none] },
      {
        key: 'problem',
        label: t.problem,
        kind: 'choice',
        single: true,
        options: [{ value: 'any', label: t.anyProblem }, ...problems],
      },
      ...(staff ? [merchantFilter(t.merchant)] : []),
      { key: 'queue', label: t.queue, kind: 'choice', single: true, options: options(queues) },
      { key: 'province', label: t.province, kind: 'choice', single: true, options: [...provinces, none] },
      ...DAYS.map(([key, more]): Filter => ({ key, label: t[key], kind: 'dates', more })),
      { key: 'city', label: t.city, kind: 'text', more: true },
      {
        key: 'stage',
        label: stages.stage,
        kind: 'choice',
        more: true,
        options: STAGES.map((value) => ({ value, label: stages.stages[value] })),
      },
      { key: 'since', label: stages.since, kind: 'dates', more: true },
      { key: 'origin', label: stages.origin, kind: 'text', more: true },
      { key: 'category', label: stages.category, kind: 'text', more: true },
      ...(staff
        ? [{ key: 'merchant_category', label: stages.merchantCategory, kind: 'text' as const, more: true }]
        : []),
      { key: 'trouble', label: t.trouble, kind: 'choice', more: true, options: problems },
      { key: 'ship_method', label: t.method, kind: 'choice', single: true, more: true, options: options(methods) },
      { key: 'hold', label: t.hold, kind: 'flag', more: true },
    ]
  }, [t, stages, milestones, queues, methods, locale, staff, couriers, provinces])
}

/** Numbers beside the views that have one; nobody waits for them. */
export interface ViewCounts {
  to_ship: number
  problems: number
}

export function useViews(counts: ViewCounts | undefined): PresetView[] {
  const t = useMessages(listWords)
  return useMemo(() => {
    const counted = (view: PresetView, count: number | undefined): PresetView =>
      count === undefined ? view : { ...view, count }
    const byState = (key: string, label: string, ...milestone: Milestone[]): PresetView => ({
      key,
      label,
      filters: { milestone },
    })
    const toShip = { key: 'to-ship', label: t.toShip, filters: { queue: ['to_ship'] }, sort: 'ship_by' }
    const trouble = { key: 'trouble', label: t.inTrouble, filters: { problem: ['any'] } }
    const toPickUp = { milestone: ['created'], queue: ['on_the_way'] }
    return [
      counted(toShip, counts?.to_ship),
      { key: 'pick-up', label: t.toPickUp, filters: toPickUp },
      byState('way', t.onTheWay, 'picked_up', 'in_transit', 'arriving'),
      byState('delivering', t.delivering, 'out_for_delivery'),
      byState('collect', t.toCollect, 'ready_for_collection'),
      counted(trouble, counts?.problems),
      byState('signed', t.signed, 'delivered'),
    ]
  }, [t, counts])
}
