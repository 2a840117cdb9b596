import { CompassOutlined, LockOutlined, SmileOutlined, SyncOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { Link, Navigate, Outlet, useRouteError } from 'react-router'
import { useMe } from '@/auth/useMe'
import { common, useMessages } from '@/i18n'
import { useTitle } from '@/lib/useTitle'
import { EmptyState, ErrorState } from '@/ui'
import type { Area } from './area'
import { areasFor } from './areas'
import { shellWords } from './words'

/** `/` is the first area of whoever is signed in. */
export function Home() {
  const t = useMessages(shellWords)
  const first = areasFor(useMe().role)[0]
  if (first !== undefined) return <Navigate to={first.path} replace />
  return <EmptyState icon={<SmileOutlined />} title={t.nothingTitle} how={t.nothingHow} />
}

export function NotFound() {
  const t = useMessages(shellWords)
  const c = useMessages(common)
  useTitle(t.notFoundTitle, c.product)
  return (
    <EmptyState
      icon={<CompassOutlined />}
      title={t.notFoundTitle}
      how={t.notFoundHow}
      actions={
        <Link to="/">
          <Button type="primary">{t.home}</Button>
        </Link>
      }
    />
  )
}

/** Pages of an area, for the roles it is meant for. The server decides what they may see. */
export function AreaGate({ area }: { area: Area }) {
  const t = useMessages(shellWords)
  if (area.roles.includes(useMe().role)) return <Outlet />
  return <EmptyState icon={<LockOutlined />} title={t.forbiddenTitle} how={t.forbiddenHow} />
}

/** The browser asked for a file of a release that is gone. */
function isOldRelease(error: unknown): boolean {
  return error instanceof Error && /dynamically imported module|module script|preload/i.test(error.message)
}

/** A page that broke; the menu and the other pages go on working. */
export function PageError() {
  const t = useMessages(shellWords)
  const c = useMessages(common)
  const error = useRouteError()
  const reload = () => window.location.reload()
  if (isOldRelease(error)) {
    return (
      <EmptyState
        icon={<SyncOutlined />}
        title={t.newVersion}
        how={t.newVersionHow}
        actions={
          <Button type="primary" onClick={reload}>
            {c.reload}
          </Button>
        }
      />
    )
  }
  return (
    <ErrorState
      error={error}
      onRetry={reload}
      actions={
        <Link to="/">
          <Button>{t.home}</Button>
        </Link>
      }
    />
  )
}
