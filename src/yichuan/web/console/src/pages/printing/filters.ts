import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useSearchParams } from 'react-router'
import { useMe } from '@/auth/useMe'
import { courierNamesQuery } from '@/domain'
import { useLocale, useMessages } from '@/i18n'
import { PROVINCES } from '@/maps/provinces'
import type { Filter } from '@/table'
import { merchantsQuery } from '../merchants/names'
import { shopsQuery } from './data'
import { printingWords } from './words'

/** Full names where they are not the short name and 省. */
const FULL: Readonly<Record<string, string>> = {
  北京: '北京市',
  天津: '天津市',
  上海: '上海市',
  重庆: '重庆市',
  内蒙古: '内蒙古自治区',
  广西: '广西壮族自治区',
  西藏: '西藏自治区',
  宁夏: '宁夏回族自治区',
  新疆: '新疆维吾尔自治区',
  香港: '香港特别行政区',
  澳门: '澳门特别行政区',
}

export function useProvinceOptions() {
  const locale = useLocale()
  return useMemo(
    () =>
      PROVINCES.map(({ zh, en }) => ({
        value: FULL[zh] ?? `${zh}省`,
        label: locale === 'zh-CN' ? zh : en,
      })),
    [locale],
  )
}

/** Couriers with services of ours, by code and name. */
export function useCourierOptions() {
  const locale = useLocale()
  const names = useQuery(courierNamesQuery).data
  return useMemo(
    () =>
      [...(names?.values() ?? [])]
        .filter(({ served }) => served)
        .map(({ code, name_zh, name_en }) => ({
          value: code,
          label: `${locale === 'zh-CN' ? name_zh : (name_en ?? name_zh)} ${code}`,
        })),
    [names, locale],
  )
}

/** The merchant whose boxes are looked at: one's own, or the one an operator chose. */
export function useMerchantInView(): string | undefined {
  const me = useMe()
  const [params] = useSearchParams()
  return me.merchant?.id ?? params.get('merchant') ?? undefined
}

export function useQueueFilters(): Filter[] {
  const t = useMessages(printingWords)
  const me = useMe()
  const provinces = useProvinceOptions()
  const couriers = useCourierOptions()
  const merchant = useMerchantInView()
  const shops = useQuery(shopsQuery(merchant)).data
  const merchants = useQuery({ ...merchantsQuery, enabled: me.merchant === null }).data
  return useMemo<Filter[]>(() => {
    const filters: Filter[] = []
    if (me.merchant === null) {
      const options = (merchants ?? []).map(({ id, name }) => ({ value: id, label: name }))
      filters.push({ key: 'merchant', label: t.merchant, kind: 'choice', single: true, options })
    }
    const options = (shops ?? []).map(({ id, name }) => ({ value: id, label: name }))
    filters.push(
      { key: 'shop', label: t.shop, kind: 'choice', single: true, options },
      { key: 'province', label: t.province, kind: 'choice', single: true, options: provinces },
      { key: 'courier', label: t.courier, kind: 'choice', single: true, options: couriers },
      { key: 'hold', label: t.hold, kind: 'flag' },
    )
    return filters
  }, [t, me.merchant, merchants, shops, provinces, couriers])
}
