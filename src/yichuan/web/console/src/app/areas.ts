import type { Role } from '@/api/session'
import { type Locale, useLocale } from '@/i18n'
import type { Area } from './area'

const modules = import.meta.glob<{ default: Area }>('../pages/*/area.tsx', { eager: true })

/** Every area there is, in the menu's order. A page that does not exist yet is in no menu. */
export const AREAS: readonly Area[] = Object.values(modules)
  .map((module) => module.default)
  .sort((a, b) => a.order - b.order)

export function areasFor(role: Role): readonly Area[] {
  return AREAS.filter((area) => area.roles.includes(role))
}

export function areaName(area: Area, role: Role, locale: Locale): string {
  return area.name[locale][role === 'merchant' ? 'merchant' : 'staff']
}

export function useAreaName(role: Role): (area: Area) => string {
  const locale = useLocale()
  return (area) => areaName(area, role, locale)
}
