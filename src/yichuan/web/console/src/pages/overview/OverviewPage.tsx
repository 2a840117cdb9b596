import { useMe } from '@/auth/useMe'
import { Platform } from './Platform'
import { TodayView } from './TodayView'

/** The first screen: what needs me now. */
export function Component() {
  return useMe().role === 'merchant' ? <TodayView /> : <Platform />
}
