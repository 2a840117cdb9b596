import { createStore, useStore } from '@/lib/store'

/**
 * What the last exchanges with the server say. `live`: answers come. `slow`: they come, late.
 * `lost`: none come; what the page shows is as old as `lastAnswerAt`.
 */
export interface Connection {
  state: 'live' | 'slow' | 'lost'
  /** Milliseconds since the epoch; 0 before the first answer. */
  lastAnswerAt: number
}

/** An exchange longer than this many milliseconds counts as slow. */
const SLOW_MS = 4_000
const PING_EVERY_MS = 20_000
const PING_WHEN_LOST_MS = 4_000

export const connection = createStore<Connection>({ state: 'live', lastAnswerAt: 0 })

export function useConnection(): Connection {
  return useStore(connection)
}

export function reportAnswer(startedAt: number): void {
  const now = Date.now()
  connection.set({ state: now - startedAt > SLOW_MS ? 'slow' : 'live', lastAnswerAt: now })
}

export function reportSilence(): void {
  connection.set((previous) => ({ ...previous, state: 'lost' }))
}

async function ping(): Promise<void> {
  const startedAt = Date.now()
  try {
    const response = await fetch('/healthz', { cache: 'no-store' })
    if (response.ok) reportAnswer(startedAt)
    else reportSilence()
  } catch {
    reportSilence()
  }
}

/**
 * Keeps the indicator honest on a page nobody touches: asks `/healthz` when nothing was heard for a
 * while, and more often once the connection is lost. `onBack` runs when answers come again.
 */
export function watchConnection(onBack: () => void): () => void {
  let lost = false
  const stopListening = connection.subscribe(() => {
    const nowLost = connection.get().state === 'lost'
    if (lost && !nowLost) onBack()
    lost = nowLost
  })
  const timer = setInterval(() => {
    const { state, lastAnswerAt } = connection.get()
    const due = state === 'lost' ? PING_WHEN_LOST_MS : PING_EVERY_MS
    if (document.visibilityState === 'visible' && Date.now() - lastAnswerAt >= due) void ping()
  }, PING_WHEN_LOST_MS)
  const onOnline = () => void ping()
  window.addEventListener('online', onOnline)
  window.addEventListener('offline', reportSilence)
  return () => {
    stopListening()
    clearInterval(timer)
    window.removeEventListener('online', onOnline)
    window.removeEventListener('offline', reportSilence)
  }
}
