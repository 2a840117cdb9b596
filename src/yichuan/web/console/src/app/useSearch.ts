import { useQuery } from '@tanstack/react-query'
import { useDeferredValue } from 'react'
import { queryClient } from '@/api/queryClient'
import type { Role } from '@/api/session'
import { createPreference } from '@/lib/storage'
import type { SearchHit } from './area'
import { areasFor } from './areas'

const KEPT = 6

export const recentSearches = createPreference<readonly string[]>('recent-searches', [], (stored) =>
  Array.isArray(stored) && stored.every((text) => typeof text === 'string') ? (stored as string[]) : null,
)

export function rememberSearch(text: string): void {
  recentSearches.set((before) => [text, ...before.filter((one) => one !== text)].slice(0, KEPT))
}

/** Asks every area that can search; one that fails does not hide what the others found. */
async function searchAreas(role: Role, text: string, signal: AbortSignal): Promise<readonly SearchHit[]> {
  const sources = areasFor(role).flatMap(({ search }) => search ?? [])
  const found = await Promise.allSettled(sources.map((search) => search(text, signal)))
  const answered = found.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  const failed = found.find((one) => one.status === 'rejected')
  if (answered.length === 0 && failed) throw failed.reason
  return answered.flat()
}

const searchQuery = (role: Role, text: string) => ({
  queryKey: ['search', role, text],
  queryFn: ({ signal }: { signal: AbortSignal }) => searchAreas(role, text, signal),
  staleTime: 10_000,
})

export function useSearch(role: Role, typed: string) {
  const text = useDeferredValue(typed.trim())
  return useQuery({ ...searchQuery(role, text), enabled: text.length >= 2 })
}

/** For Enter, and for scanners that are faster than any list of suggestions. */
export function searchNow(role: Role, text: string): Promise<readonly SearchHit[]> {
  return queryClient.fetchQuery(searchQuery(role, text))
}
