import type { Schema } from '@/api/client'

/** A shipment changed; of a problem `detail` is its kind (null: none is left). */
export interface Change {
  kind: string
  merchant_id: string
  shipment_id: string
  milestone_from: string | null
  milestone: string | null
  detail: string | null
}

export interface JobProgress {
  job_id: string
  state: Schema<'PrintJobView'>['state']
  total: number
  succeeded: number
  failed: number
}

/** What the server tells while it happens. `reset`: some of it was missed. */
export type LiveEvent =
  | { type: 'shipment'; data: Change }
  | { type: 'print_job'; data: JobProgress }
  | { type: 'reset' }

const TYPES = ['shipment', 'print_job', 'reset'] as const
const NAME = 'yichuan-live'
const URL = '/api/v1/events/stream'

type Listener = (event: LiveEvent) => void
const listeners = new Set<Listener>()

/** Hears of everything until the returned function is called. */
export function onLive(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function tell(event: LiveEvent): void {
  for (const listener of [...listeners]) listener(event)
}

export function parsed(type: (typeof TYPES)[number], data: string): LiveEvent | undefined {
  try {
    return { type, data: JSON.parse(data) } as LiveEvent
  } catch {
    return undefined
  }
}

/** One connection; the browser reconnects by itself and says where it was. */
function connect(each: Listener): () => void {
  const source = new EventSource(URL)
  for (const type of TYPES) {
    source.addEventListener(type, ({ data }: MessageEvent<string>) => {
      const event = parsed(type, data)
      if (event !== undefined) each(event)
    })
  }
  return () => source.close()
}

/**
 * Listens to the server for as long as somebody is signed in. A browser opens few connections to
 * one server, so of several tabs one listens and tells the others; when it is closed the next one
 * takes over.
 */
export function watchStream(): () => void {
  if (typeof EventSource === 'undefined') return () => undefined
  if (!('locks' in navigator) || typeof BroadcastChannel === 'undefined') return connect(tell)
  const channel = new BroadcastChannel(NAME)
  const over = new AbortController()
  channel.onmessage = ({ data }: MessageEvent<LiveEvent>) => tell(data)
  const lead = () =>
    new Promise<void>((resolve) => {
      const hangUp = connect((event) => {
        tell(event)
        channel.postMessage(event)
      })
      over.signal.addEventListener('abort', () => {
        hangUp()
        resolve()
      })
    })
  navigator.locks.request(NAME, { signal: over.signal }, lead).catch(() => undefined)
  return () => {
    over.abort()
    channel.close()
  }
}
