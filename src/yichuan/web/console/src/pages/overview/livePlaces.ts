import { queryOptions } from '@tanstack/react-query'
import type { Schema } from '@/api/client'
import { http } from '@/api/http'
import { queryClient } from '@/api/queryClient'
import type { Filter } from '@/table'

type Place = Schema<'LivePlace'>

/** The cities of live parcels, the biggest first: asked for when one is to be chosen. */
const placesQuery = queryOptions({
  queryKey: ['live-places'],
  queryFn: ({ signal }) => http.get<Schema<'LivePlaces'>>('/reports/live/places', { signal }),
  staleTime: 60_000,
})

/** As many as a menu is read through. */
const OFFERED = 50

interface PlaceFilter {
  key: 'city' | 'origin'
  label: string
  more?: boolean
  /** Said of a word in no city's name. */
  nothing: (text: string) => string
  /** What a city without parcels is called. */
  without: (name: string) => string
  /** Chosen by names that are no city. */
  others?: ReadonlyMap<string, string>
}

/** A filter by city, from those there are. */
export function placeFilter({ key, nothing, without, others = new Map(), ...rest }: PlaceFilter): Filter {
  const all = async () => {
    const { cities, origins } = await queryClient.fetchQuery(placesQuery)
    return key === 'city' ? cities : origins
  }
  const option = ({ name }: Place) => ({ value: name, label: name })
  return {
    ...rest,
    key,
    kind: 'lookup',
    single: true,
    nothing,
    search: async (text) => {
      const word = text.trim()
      const found = (await all()).filter(({ name }) => name.includes(word)).slice(0, OFFERED)
      const besides = [...others].map(([value, label]) => ({ value, label }))
      return [...found.map(option), ...besides.filter(({ label }) => label.includes(word))]
    },
    resolve: async (names) => {
      const known = new Set((await all()).map(({ name }) => name))
      return names.map((value) => ({
        value,
        label: others.get(value) ?? (known.has(value) ? value : without(value)),
      }))
    },
  }
}
