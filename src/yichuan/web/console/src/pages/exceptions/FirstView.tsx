import { type ReactNode, useState } from 'react'
import { Navigate, useSearchParams } from 'react-router'

interface FirstViewProps {
  /** The question a list begins with, `?open=true`, when its address asks none. */
  search: string
  children: ReactNode
}

/** A list opened by its bare address begins with what matters; clearing it later shows everything. */
export function FirstView({ search, children }: FirstViewProps) {
  const [params] = useSearchParams()
  const [asked, setAsked] = useState(params.size > 0)
  if (!asked && params.size > 0) setAsked(true)
  if (!asked && params.size === 0) return <Navigate to={search} replace />
  return children
}
