import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { useLiveRefresh } from '@/live'
import { type Filter, FilterBar, NewsPill, useListState } from '@/table'
import { ErrorState, PageHeader, PageStack, TimeAgo } from '@/ui'
import { merchantFilter, merchantsQuery } from '../merchants/names'
import { useCourierOptions, useProvinceOptions } from '../printing/filters'
import { LiveAgeing } from './LiveAgeing'
import { LiveFunnel } from './LiveFunnel'
import { LiveMaps } from './LiveMaps'
import styles from './live.module.css'
import {
  type AgeColumn,
  ageingQuery,
  asked,
  type By,
  FILTER_OF,
  type Filters,
  isStage,
  LIVE_KEY,
  mapQuery,
  OPEN,
  parcels,
  ROWS,
  STAGES,
} from './liveData'
import { liveWords } from './liveWords'
import { words } from './words'

/** After a parcel moved everything is counted again, this many milliseconds later. */
const REFRESH_MS = 10_000
const NONE = '-'

/** Every parcel's state at once; every number opens its parcels. */
export function Component() {
  const t = useMessages(liveWords)
  const w = useMessages(words)
  const client = useQueryClient()
  const staff = useMe().role !== 'merchant'
  const filters = useFilters(staff)
  const [state, change] = useListState(filters.map(({ key }) => key))
  const [by, setBy] = useRows(staff)
  const { stage: chosen = [], ...narrowed } = state.filters
  const query = asked(state.filters, filters)
  const stages = useQuery(ageingQuery('stage', asked(narrowed, filters)))
  const rows = useQuery({ ...ageingQuery(by, { ...query, stage: listed(state.filters) }), enabled: by !== 'stage' })
  const map = useQuery(mapQuery(query))
  useLiveRefresh(LIVE_KEY, REFRESH_MS)

  const set = (key: string, values: readonly string[]) => {
    const { [key]: _old, ...others } = state.filters
    change({ ...state, filters: values.length > 0 ? { ...others, [key]: values } : others })
  }
  const toggle = (stage: string) =>
    set('stage', chosen.includes(stage) ? chosen.filter((one) => one !== stage) : [...chosen, stage])
  const choose = (key: string) => (by === 'stage' ? toggle(key) : set(FILTER_OF[by], [key]))
  const here = state.filters
  const opened = (key: string, column?: AgeColumn) =>
    parcels(here, { stage: listed(here), [FILTER_OF[by]]: [key] }, column)
  const mapped = map.data?.stages
  const onMap = useCallback((place: Filters) => parcels(here, { stage: mapped ?? [], ...place }), [here, mapped])
  if (stages.isError && stages.data === undefined) {
    return <ErrorState error={stages.error} onRetry={() => void stages.refetch()} />
  }
  const shown = by === 'stage' ? only(stages.data, chosen) : rows.data
  const busy = stages.isPlaceholderData || (by !== 'stage' && rows.isPlaceholderData) || map.isPlaceholderData
  return (
    <PageStack>
      <PageHeader
        title={t.live}
        back={{ to: '/overview', label: staff ? w.overview : w.today }}
        subtitle={
          <>
            {t.how}
            {stages.data && (
              <>
                {' · '}
                {t.asOf} <TimeAgo at={stages.data.at} />
              </>
            )}
          </>
        }
        aside={
          <NewsPill
            concerns
            since={stages.dataUpdatedAt}
            onShow={() => void client.invalidateQueries({ queryKey: LIVE_KEY })}
          />
        }
      />
      <div className={styles.filters}>
        <FilterBar filters={filters} state={state} change={change} />
      </div>
      <div className={styles.page} aria-busy={busy} data-by={by}>
        <LiveFunnel
          rows={stages.data?.rows ?? STAGES.map((key) => ({ key, name: null, total: 0, ages: [] }))}
          chosen={chosen}
          onChoose={toggle}
          to={(stage) => parcels(state.filters, { stage: [stage] })}
        />
        <LiveAgeing by={by} onBy={setBy} data={shown} onChoose={choose} to={opened} staff={staff} />
        <LiveMaps
          data={map.data}
          stages={chosen.length > 0 ? chosen.filter(isStage).map((one) => t.stages[one]).join('、') : t.moving}
          to={onMap}
        />
      </div>
    </PageStack>
  )
}

/** The stages that rows other than stages count: what is signed for does not age. */
const listed = (filters: Filters): readonly string[] => filters['stage'] ?? OPEN

function only<Data extends { rows: { key: string }[] }>(data: Data | undefined, chosen: readonly string[]) {
  if (data === undefined || chosen.length === 0) return data
  return { ...data, rows: data.rows.filter(({ key }) => chosen.includes(key)) }
}

/** What the rows of the ageing table are: in the URL, like everything else. */
function useRows(staff: boolean): [By, (by: By) => void] {
  const [params, setParams] = useSearchParams()
  const asked = ROWS.find((one) => one === params.get('by') && (staff || one !== 'merchant'))
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
  return [asked ?? 'stage', choose]
}

function useFilters(staff: boolean): Filter[] {
  const t = useMessages(liveWords)
  const couriers = useCourierOptions()
  const provinces = useProvinceOptions()
  const goods = useQuery({ ...ageingQuery('category', {}), staleTime: 60_000, refetchInterval: false }).data
  const merchants = useQuery({ ...merchantsQuery, enabled: staff }).data
  return useMemo<Filter[]>(() => {
    const sold = [...new Set((merchants ?? []).flatMap(({ category }) => category ?? []))].sort()
    const kinds = (goods?.rows ?? []).map(({ key }) => ({ value: key, label: key === NONE ? t.noCategory : key }))
    const plain = (value: string) => ({ value, label: value })
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
      { key: 'city', label: t.city, kind: 'text' },
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
      { key: 'origin', label: t.origin, kind: 'text', more: true },
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
