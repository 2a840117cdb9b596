import { Segmented } from 'antd'
import { useLocation, useNavigate } from 'react-router'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { words } from './words'

/** The three pages of the area; merchants do not see the ranking. */
export function CouriersNav() {
  const t = useMessages(words)
  const { pathname } = useLocation()
  const navigate = useNavigate()
  const staff = useMe().role !== 'merchant'
  const options = [
    { value: '/couriers', label: t.tabAccounts },
    { value: '/couriers/catalogue', label: t.tabCatalogue },
    ...(staff ? [{ value: '/couriers/ranking', label: t.tabRanking }] : []),
  ]
  return (
    <div>
      <Segmented options={options} value={pathname} onChange={(to) => void navigate(to)} />
    </div>
  )
}
