import { Segmented } from 'antd'
import type { ReactNode } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { PageHeader, PageStack } from '@/ui'
import { words } from './words'

/** The frame of every settings page: title, the page's own act, and the way to the others. */
export function SettingsPage({ action, children }: { action?: ReactNode; children: ReactNode }) {
  const t = useMessages(words)
  const { pathname } = useLocation()
  const navigate = useNavigate()
  const operator = useMe().role === 'operator'
  const options = [
    { value: '/settings', label: t.keys },
    { value: '/settings/webhooks', label: t.webhooks },
    ...(operator
      ? [
          { value: '/settings/users', label: t.users },
          { value: '/settings/buyers', label: t.buyers },
        ]
      : []),
    { value: '/settings/audit', label: t.audit },
  ]
  return (
    <PageStack>
      <PageHeader title={t.title} subtitle={t.subtitle} actions={action} />
      <Segmented style={{ maxWidth: '100%', overflowX: 'auto' }} options={options} value={pathname} onChange={(to) => void navigate(to)} />
      {children}
    </PageStack>
  )
}
