import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import { Navigate, useLocation } from 'react-router'
import { meQuery } from '@/api/session'
import { isLocale, localePreference } from '@/i18n'
import { readStored } from '@/lib/storage'
import { ErrorState } from '@/ui'
import { Splash } from './Splash'

/** Shows its children to somebody who is signed in; sends everybody else to sign in, and back. */
export function RequireSession({ children }: { children: ReactNode }) {
  const me = useQuery(meQuery)
  const { pathname, search } = useLocation()
  const accountLocale = me.data?.locale
  useEffect(() => {
    if (isLocale(accountLocale) && readStored('locale') === null) localePreference.set(accountLocale)
  }, [accountLocale])

  if (me.data) return children
  if (me.data === null) {
    const next = pathname + search
    return <Navigate to={next === '/' ? '/login' : `/login?next=${encodeURIComponent(next)}`} replace />
  }
  if (me.isError) return <ErrorState error={me.error} onRetry={() => void me.refetch()} />
  return <Splash />
}
