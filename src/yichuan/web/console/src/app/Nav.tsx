import { useQuery } from '@tanstack/react-query'
import { NavLink } from 'react-router'
import type { Role } from '@/api/session'
import { useMessages } from '@/i18n'
import type { Area } from './area'
import { areasFor, useAreaName } from './areas'
import styles from './Nav.module.css'
import { shellWords } from './words'

const GROUPS = ['work', 'steering', 'settings'] as const

interface NavProps {
  role: Role
  narrow?: boolean
  onGo?: () => void
}

/** The areas this role may open, in groups. */
export function Nav({ role, narrow = false, onGo }: NavProps) {
  const t = useMessages(shellWords)
  const nameOf = useAreaName(role)
  const areas = areasFor(role)
  return (
    <nav className={`${styles.nav} ${narrow ? styles.narrow : ''}`} aria-label={t.menu}>
      {GROUPS.map((group, index) => {
        const members = areas.filter((area) => area.group === group)
        if (members.length === 0) return null
        return (
          <div key={group}>
            {index > 0 && (narrow || group === 'settings') && <div className={styles.rule} />}
            {group === 'steering' && !narrow && <div className={styles.group}>{t.steering}</div>}
            {members.map((area) => (
              <Entry key={area.key} area={area} name={nameOf(area)} narrow={narrow} onGo={onGo} />
            ))}
          </div>
        )
      })}
    </nav>
  )
}

interface EntryProps {
  area: Area
  name: string
  narrow: boolean
  onGo: (() => void) | undefined
}

function Entry({ area, name, narrow, onGo }: EntryProps) {
  const Icon = area.icon
  const badge = useQuery({
    queryKey: ['badge', area.key],
    queryFn: ({ signal }) => area.badge?.(signal) ?? 0,
    enabled: area.badge !== undefined,
    refetchInterval: 60_000,
  }).data
  return (
    <NavLink
      to={area.path}
      end={area.path === '/'}
      title={narrow ? name : undefined}
      className={({ isActive }) => `${styles.link} ${isActive ? styles.current : ''}`}
      onClick={onGo}
    >
      <Icon className={styles.icon} aria-hidden />
      {narrow ? <span className="y-sr">{name}</span> : <span className={styles.name}>{name}</span>}
      {badge !== undefined && badge > 0 && <span className={styles.badge}>{badge > 99 ? '99+' : badge}</span>}
    </NavLink>
  )
}
