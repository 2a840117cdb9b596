import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useSearchParams } from 'react-router'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { useEvent } from '@/lib/useEvent'
import { useLiveRefresh } from '@/live'
import { type Filter, FilterBar, NewsPill, useListState } from '@/table'
import { ErrorState, PageHeader, PageStack, TimeAgo } from '@/ui'
import { merchantFilter, merchantsQuery } from '../merchants/names'
import { useCourierOptions, useProvinceOptions } from '../printing/filters'
import { LiveAgeing } from './LiveAgeing'
import { LiveFunnel } from './LiveFunnel'
import { LiveMaps } from './LiveMaps'
import styles from './live.module.css'
import { type By, FILTER_OF, KEYS, LIVE_KEY, liveQuery, readBy, STAGES } from './liveData'
import { placeFilter } from './livePlaces'
import { liveWords } from './liveWords'
import { words } from './words'

/** After a parcel moved everything is counted again, this many milliseconds later. */
const REFRESH_MS = 10_000
const NONE = '-'
const NO_STAGES: readonly string[] = []
const OF_MERCHANTS = KEYS.filter((key) => !key.startsWith('merchant'))

/** Every parcel's state at once; every number opens its parcels. */
export function Component() {
  const t = useMessages(liveWords)
  const w = useMessages(words)
  const client = useQueryClient()
  const staff = useMe().role !== 'merchant'
  const [state, change] = useListState(staff ? KEYS : OF_MERCHANTS)
  const [by, setBy] = useRows(staff)
  const view = useQuery(liveQuery(by, state.filters))
  // What is drawn is one answer with the question it answers, until the next one is here.
  const live = view.data
  const filters = useFilters(staff, live !== undefined)
  useLiveRefresh(LIVE_KEY, REFRESH_MS)

  const set = (key: string, values: readonly string[]) => {
    const { [key]: _old, ...others } = state.filters
    change({ ...state, filters: values.length > 0 ? { ...others, [key]: values } : others })
  }
  const chosen = state.filters['stage'] ?? NO_STAGES
  const toggle = useEvent((stage: string) =>
    set('stage', chosen.includes(stage) ? chosen.filter((one) => one !== stage) : [...chosen, stage]),
  )
  const choose = useEvent((rows: By, key: string) => (rows === 'stage' ? toggle(key) : set(FILTER_OF[rows], [key])))
  const turn = useEvent(setBy)
  if (view.isError && live === undefined) {
    return <ErrorState error={view.error} onRetry={() => void view.refetch()} />
  }
  return (
    <PageStack>
      <PageHeader
        title={t.live}
        back={{ to: '/overview', label: staff ? w.overview : w.today }}
        subtitle={
          <>
            {t.how}
            {live && (
              <>
                {' · '}
                {t.asOf} <TimeAgo at={live.at} />
              </>
            )}
          </>
        }
        aside={
          <NewsPill
            concerns
            since={view.dataUpdatedAt}
            onShow={() => void client.invalidateQueries({ queryKey: LIVE_KEY })}
          />
        }
      />
      <div className={styles.filters}>
        <FilterBar filters={filters} state={state} change={change} />
      </div>
      <div className={styles.page} aria-busy={view.isPlaceholderData} data-by={by} data-at={live?.at}>
        <LiveFunnel live={live} chosen={chosen} onChoose={toggle} />
        <LiveAgeing by={by} onBy={turn} live={live} onChoose={choose} staff={staff} />
        <LiveMaps live={live} />
      </div>
    </PageStack>
  )
}

/** What the rows of the ageing table are: in the URL, like everything else. */
function useRows(staff: boolean): [By, (by: By) => void] {
  const [params, setParams] = useSearchParams()
  const asked = readBy(params)
  const choose = (by: By) =>
    setParams(
      (current) => {
        const next = new URLSearchParams(current)
        if (by === 'stage') next.delete('by')
        else next.set('by', by)
        return next
      },
      { preventScrollReset: true, replace: true },
    )
  return [staff || asked !== 'merchant' ? asked : 'stage', choose]
}

/** What can be chosen. Lists that only fill a menu are fetched once the page stands (`later`). */
function useFilters(staff: boolean, later: boolean): Filter[] {
  const t = useMessages(liveWords)
  const couriers = useCourierOptions()
  const provinces = useProvinceOptions()
  const goods = useQuery({
    ...liveQuery('category', {}),
    staleTime: 60_000,
    refetchInterval: false,
    enabled: later,
  }).data
  const merchants = useQuery({ ...merchantsQuery, enabled: staff && later }).data
  return useMemo<Filter[]>(() => {
    const sold = [...new Set((merchants ?? []).flatMap(({ category }) => category ?? []))].sort()
    const kinds = (goods?.rows ?? []).map(({ key }) => ({ value: key, label: key === NONE ? t.noCategory : key }))
    const plain = (value: string) => ({ value, label: value })
    const place = { nothing: t.nowhere, without: t.without }
    return [
      ...(staff ? [merchantFilter(t.merchant)] : []),
      {
        key: 'courier',
        label: t.courier,
        kind: 'choice',
        single: true,
        options: [...couriers, { value: NONE, label: t.noCourier }],
      },
      {
        key: 'province',
        label: t.province,
        kind: 'choice',
        single: true,
        options: [...provinces, { value: NONE, label: t.none }],
      },
      placeFilter({ key: 'city', label: t.city, ...place }),
      { key: 'category', label: t.category, kind: 'choice', single: true, options: kinds },
      { key: 'since', label: t.since, kind: 'dates' },
      ...(staff && sold.length > 0
        ? [
            {
              key: 'merchant_category',
              label: t.merchantCategory,
              kind: 'choice' as const,
              single: true,
              more: true,
              options: sold.map(plain),
            },
          ]
        : []),
      placeFilter({ key: 'origin', label: t.origin, more: true, ...place, others: new Map([[NONE, t.none]]) }),
      {
        key: 'stage',
        label: t.stage,
        kind: 'choice',
        more: true,
        options: STAGES.map((value) => ({ value, label: t.stages[value] })),
      },
    ]
  }, [t, couriers, provinces, goods, merchants, staff])
}
