import { Segmented } from 'antd'
import { useLocation, useNavigate } from 'react-router'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { termWords } from './termWords'
import { unknownWords } from './unknownWords'
import { words } from './words'

/** The pages of the area; merchants do not see the ranking, only operators what nothing could read. */
export function CouriersNav() {
  const t = useMessages(words)
  const r = useMessages(termWords)
  const u = useMessages(unknownWords)
  const { pathname } = useLocation()
  const navigate = useNavigate()
  const { role } = useMe()
  const options = [
    { value: '/couriers', label: t.tabAccounts },
    { value: '/couriers/catalogue', label: t.tabCatalogue },
    { value: '/couriers/terms', label: r.tab },
    ...(role === 'merchant' ? [] : [{ value: '/couriers/ranking', label: t.tabRanking }]),
    ...(role === 'operator' ? [{ value: '/couriers/unknown', label: u.tab }] : []),
  ]
  const here = ['/couriers/catalogue', '/couriers/terms'].find((path) => pathname.startsWith(path)) ?? pathname
  return (
    <div>
      <Segmented options={options} value={here} onChange={(to) => void navigate(to)} />
    </div>
  )
}
