import { ClockCircleOutlined } from '@ant-design/icons'
import type { ReactNode } from 'react'
import type { Role } from '@/api/session'
import { useMessages } from '@/i18n'
import { useStore } from '@/lib/store'
import type { SearchHit } from './area'
import { areasFor, useAreaName } from './areas'
import { recentSearches } from './useSearch'
import { shellWords } from './words'

export interface SearchOption {
  key: string
  group?: string
  text: string
  note?: string
  lead?: ReactNode
  chip?: ReactNode
  /** Goes there; a recent search has only words to fill in. */
  to?: string
}

/** What the panel offers: recent searches before a letter is typed, then things and pages. */
export function useSearchOptions(role: Role, text: string, hits: readonly SearchHit[] = []): SearchOption[] {
  const t = useMessages(shellWords)
  const nameOf = useAreaName(role)
  const recent = useStore(recentSearches)
  const q = text.trim().toLowerCase()
  if (q === '') {
    const lead = <ClockCircleOutlined />
    return recent.map((one) => ({ key: `recent ${one}`, group: t.searchRecent, text: one, lead }))
  }
  const pages = areasFor(role).flatMap((area): SearchOption[] => {
    const { icon: Icon, key, path } = area
    const name = nameOf(area)
    if (!name.toLowerCase().includes(q) && !key.startsWith(q)) return []
    return [{ key: `page ${key}`, group: t.searchPages, text: name, lead: <Icon />, to: path }]
  })
  const found = hits.map(({ key, title, note, chip, to }): SearchOption => ({ key, text: title, note, chip, to }))
  return [...found, ...pages]
}
