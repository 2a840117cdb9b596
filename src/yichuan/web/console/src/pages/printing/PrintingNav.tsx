import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { NavLink, useLocation } from 'react-router'
import { useMessages } from '@/i18n'
import { countsQuery } from './data'
import styles from './PrintingNav.module.css'
import { pickupWords } from './pickupWords'
import { printingWords } from './words'

/** The clerk's day from left to right: print, hand over, and what stands beside it. */
export function PrintingNav() {
  const t = useMessages(printingWords)
  const w = useMessages(pickupWords)
  const counts = useQuery(countsQuery).data
  const shown = (n: number) => (n === counts?.capped_at ? t.many(n) : String(n))
  const tabs: readonly { to: string; label: string; count?: number }[] = [
    { to: '/printing', label: t.toPrint, count: counts?.to_print },
    { to: '/printing/to-hand-over', label: t.toHandOver, count: counts?.to_hand_over },
    { to: '/printing/all', label: t.toShip, count: counts?.to_ship },
    { to: '/printing/own-numbers', label: t.ownNumbers },
    { to: '/printing/pickups', label: w.pickups },
    { to: '/printing/jobs', label: t.jobs },
  ]
  const nav = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  useEffect(() => {
    const chosen = nav.current?.querySelector('[aria-current]')
    chosen?.scrollIntoView({ block: 'nearest', inline: 'center' })
  }, [pathname, counts])
  return (
    <nav ref={nav} className={styles.nav} aria-label={t.queues}>
      {tabs.map(({ to, label, count }) => (
        <NavLink key={to} to={to} end className={styles.tab ?? ''}>
          {label}
          {count !== undefined && <span className={styles.count}>{shown(count)}</span>}
        </NavLink>
      ))}
    </nav>
  )
}
