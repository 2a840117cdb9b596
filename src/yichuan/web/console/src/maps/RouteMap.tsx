import { lazy, Suspense } from 'react'
import type { Tone } from '@/theme/palette'
import { Bar } from '@/ui'

/** The cities' points come with it, only where a route is shown. */
const RouteMapView = lazy(() => import('./RouteMapView'))

/** A place on the way: by coordinates where known, else by adcode or name of its city. */
export interface RouteStop {
  city?: string | null
  adcode?: string | null
  lon?: number | null
  lat?: number | null
  /** RFC 3339 with offset. */
  at?: string | null
}

export interface RouteMapProps {
  /** In the order of the way; the last is where the parcel is. */
  stops: readonly RouteStop[]
  /** Where it is going, drawn dashed until it is there. */
  destination?: RouteStop
  tone?: Tone
  height?: number
}

/** The way of a parcel over the points of the cities: no tiles, no borders, no network. */
export function RouteMap(props: RouteMapProps) {
  return (
    <Suspense fallback={<Bar height={props.height ?? 280} />}>
      <RouteMapView {...props} />
    </Suspense>
  )
}
