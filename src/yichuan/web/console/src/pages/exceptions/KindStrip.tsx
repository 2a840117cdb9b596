import { AppstoreOutlined } from '@ant-design/icons'
import { Link, useSearchParams } from 'react-router'
import { PROBLEM_KINDS, problemIcon, useProblemName } from '@/domain'
import { formatCount } from '@/format'
import { useMessages } from '@/i18n'
import { Bar } from '@/ui'
import styles from './exceptions.module.css'
import { words } from './words'

interface KindStripProps {
  /** Open problems by kind and party; absent while loading. */
  open: readonly { kind: string; party: string; count: number }[] | undefined
}

/** Open problems by kind; each number narrows the list below to its own. */
export function KindStrip({ open }: KindStripProps) {
  const t = useMessages(words)
  const nameOf = useProblemName()
  const [params] = useSearchParams()
  if (open === undefined) return <Bar height={64} />
  const party = params.get('party')
  const counted = party === null ? open : open.filter((line) => line.party === party)
  const totals = new Map<string, number>()
  for (const { kind, count } of counted) totals.set(kind, (totals.get(kind) ?? 0) + count)
  const to = (kind: string | null) => {
    const next = new URLSearchParams(params)
    for (const key of ['cursor', 'page', 'id']) next.delete(key)
    next.set('open', 'true')
    if (kind === null) next.delete('kind')
    else next.set('kind', kind)
    return `/exceptions?${next.toString()}`
  }
  const isOpen = params.get('open') === 'true'
  const chosen = params.get('kind')
  const sum = [...totals.values()].reduce((all, count) => all + count, 0)
  return (
    <nav className={styles.kinds} aria-label={t.byKind}>
      <Link to={to(null)} className={styles.kind} aria-current={isOpen && chosen === null}>
        <span className={styles.kindName}>
          <AppstoreOutlined aria-hidden /> {t.total}
        </span>
        <span className={styles.kindCount}>{formatCount(sum)}</span>
      </Link>
      {PROBLEM_KINDS.filter((kind) => totals.has(kind)).map((kind) => {
        const Icon = problemIcon(kind)
        return (
          <Link key={kind} to={to(kind)} className={styles.kind} aria-current={isOpen && chosen === kind}>
            <span className={styles.kindName}>
              <Icon aria-hidden /> {nameOf(kind)}
            </span>
            <span className={styles.kindCount}>{formatCount(totals.get(kind) ?? 0)}</span>
          </Link>
        )
      })}
    </nav>
  )
}
