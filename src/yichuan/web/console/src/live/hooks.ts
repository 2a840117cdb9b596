import { type QueryKey, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { useEvent } from '@/lib/useEvent'
import { type Change, type LiveEvent, onLive } from './stream'

/** Runs at every event while the component is there. */
export function useLive(handler: (event: LiveEvent) => void): void {
  const latest = useEvent(handler)
  useEffect(() => onLive(latest), [latest])
}

/** Which changes a list shows; `true`: all of them. */
export type Concerns = boolean | ((change: Change) => boolean)

/** The most that is counted; a list shows "99+" above it. */
const MOST = 100

/**
 * How many shipments changed since the list was loaded (`since`, milliseconds), up to 100. After a
 * gap in the stream it says one: something may have changed.
 */
export function useNewsCount(concerns: Concerns, since: number): number {
  const [seen, setSeen] = useState({ since, ids: new Set<string>() })
  useLive((event) => {
    if (concerns === false || event.type === 'print_job') return
    const id = event.type === 'reset' ? 'reset' : event.data.shipment_id
    if (event.type === 'shipment' && concerns !== true && !concerns(event.data)) return
    setSeen((before) => {
      const fresh = before.since === since ? before.ids : new Set<string>()
      if (fresh === before.ids && (fresh.has(id) || fresh.size >= MOST)) return before
      return { since, ids: new Set(fresh).add(id) }
    })
  })
  return seen.since === since ? seen.ids.size : 0
}

/** Asks again for something counted, some time after a shipment changed, never more often. */
export function useLiveRefresh(queryKey: QueryKey, everyMs: number): void {
  const client = useQueryClient()
  const [due, setDue] = useState(false)
  useLive((event) => {
    if (event.type !== 'print_job') setDue(true)
  })
  useEffect(() => {
    if (!due) return
    const timer = setTimeout(() => {
      setDue(false)
      void client.invalidateQueries({ queryKey })
    }, everyMs)
    return () => clearTimeout(timer)
  }, [due, everyMs, client, queryKey])
}
