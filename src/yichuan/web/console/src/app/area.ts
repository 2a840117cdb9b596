import type { ComponentType, ReactNode } from 'react'
import type { RouteObject } from 'react-router'
import type { Role } from '@/api/session'
import type { Messages } from '@/i18n'

/** Something the top bar's search found: a click goes straight to it. */
export interface SearchHit {
  key: string
  /** The number or name that matched. */
  title: string
  /** What it is and whose. */
  note?: string
  /** Its state. */
  chip?: ReactNode
  to: string
}

/**
 * A part of the console, declared in `src/pages/<key>/area.tsx` and found there by itself: in the
 * menu, the routes and the search. It is in the first load, so it must stay light: pages
 * come with `lazy`.
 */
export interface Area {
  key: string
  /** Place in the menu. */
  order: number
  group: 'work' | 'steering' | 'settings'
  path: string
  icon: ComponentType<{ className?: string; 'aria-hidden'?: boolean }>
  /** Its name for staff and for merchants. */
  name: Messages<{ readonly staff: string; readonly merchant: string }>
  roles: readonly Role[]
  /** `g` and then this letter goes there. */
  go?: string
  /** Under `path`; page modules export `Component`. */
  routes: RouteObject[]
  /** How many things wait here, beside the menu entry. Asked once a minute. */
  badge?: (signal: AbortSignal) => Promise<number>
  search?: (text: string, signal: AbortSignal) => Promise<readonly SearchHit[]>
}

export function defineArea(area: Area): Area {
  return area
}
