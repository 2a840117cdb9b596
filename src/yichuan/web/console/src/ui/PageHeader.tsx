import { LeftOutlined } from '@ant-design/icons'
import type { ReactNode } from 'react'
import { createPortal } from 'react-dom'
import { Link } from 'react-router'
import { common, useMessages } from '@/i18n'
import { useIsPhone } from '@/lib/useMediaQuery'
import { useTitle } from '@/lib/useTitle'
import styles from './PageHeader.module.css'

export interface PageHeaderProps {
  /** Also the browser tab's title. */
  title: string
  /** Chips beside the title. */
  aside?: ReactNode
  subtitle?: ReactNode
  /** The list this page belongs to. */
  back?: { to: string; label: string }
  /** The page's own acts; on a phone they stand at the bottom, under the thumb. */
  actions?: ReactNode
}

export function PageHeader({ title, aside, subtitle, back, actions }: PageHeaderProps) {
  const t = useMessages(common)
  const phone = useIsPhone()
  useTitle(title, t.product)
  return (
    <header className={styles.header}>
      <div className={styles.titles}>
        {back && (
          <Link to={back.to} className={styles.crumb}>
            <LeftOutlined /> {back.label}
          </Link>
        )}
        <h1 className={styles.title}>
          {title}
          {aside}
        </h1>
        {subtitle !== undefined && <div className={styles.subtitle}>{subtitle}</div>}
      </div>
      {actions !== undefined && !phone && <div className={styles.actions}>{actions}</div>}
      {actions !== undefined && phone && <BottomActions>{actions}</BottomActions>}
    </header>
  )
}

/** Acts fixed to the bottom of a phone's screen, with room kept for them under the page. */
export function BottomActions({ children }: { children: ReactNode }) {
  return createPortal(
    <>
      <div className={styles.spacer} />
      <div className={styles.bottom}>{children}</div>
    </>,
    document.body,
  )
}

/** The blocks of a page under one another. */
export function PageStack({ children }: { children: ReactNode }) {
  return <div className={styles.stack}>{children}</div>
}
