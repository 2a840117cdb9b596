import { lazy, Suspense } from 'react'
import { Bar } from '@/ui'

/** The cities' points come with it, only where flows are shown. */
const FlowMapView = lazy(() => import('./FlowMapView'))

export interface FlowPoint {
  city: string
  total: number
  /** The list behind the number. */
  to: string
}

export interface Flow extends FlowPoint {
  origin: string
}

export interface FlowMapProps {
  /** Where parcels go. */
  cities: readonly FlowPoint[]
  /** From city to city, the biggest first. */
  flows: readonly Flow[]
  height?: number
}

/** Streams of parcels over the points of the cities: no tiles, no borders, no network. */
export function FlowMap(props: FlowMapProps) {
  return (
    <Suspense fallback={<Bar height={props.height ?? 420} />}>
      <FlowMapView {...props} />
    </Suspense>
  )
}
