import { Segmented } from 'antd'
import { useLocation, useNavigate } from 'react-router'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { unknownWords } from './unknownWords'
import { words } from './words'

/** The pages of the area; merchants do not see the ranking, only operators what nothing could read. */
export function CouriersNav() {
  const t = useMessages(words)
  const u = useMessages(unknownWords)
  const { pathname } = useLocation()
  const navigate = useNavigate()
  const { role } = useMe()
  const options = [
    { value: '/couriers', label: t.tabAccounts },
    { value: '/couriers/catalogue', label: t.tabCatalogue },
    ...(role === 'merchant' ? [] : [{ value: '/couriers/ranking', label: t.tabRanking }]),
    ...(role === 'operator' ? [{ value: '/couriers/unknown', label: u.tab }] : []),
  ]
  const here = pathname.startsWith('/couriers/catalogue') ? '/couriers/catalogue' : pathname
  return (
    <div>
      <Segmented options={options} value={here} onChange={(to) => void navigate(to)} />
    </div>
  )
}
