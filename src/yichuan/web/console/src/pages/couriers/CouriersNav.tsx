import { Segmented } from 'antd'
import { useLocation, useNavigate } from 'react-router'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { termWords } from './termWords'
import { admissionWords } from './admissionWords'
import { applicationWords } from './applicationWords'
import { unknownWords } from './unknownWords'
import { words } from './words'

/** The pages of the area; merchants do not see the ranking, only operators what nothing could read. */
export function CouriersNav() {
  const t = useMessages(words)
  const r = useMessages(termWords)
  const a = useMessages(admissionWords)
  const p = useMessages(applicationWords)
  const u = useMessages(unknownWords)
  const { pathname } = useLocation()
  const navigate = useNavigate()
  const { role } = useMe()
  const options = [
    { value: '/couriers', label: t.tabAccounts },
    { value: '/couriers/catalogue', label: t.tabCatalogue },
    { value: '/couriers/terms', label: r.tab },
    ...(role === 'merchant' ? [] : [{ value: '/couriers/ranking', label: t.tabRanking }]),
    { value: '/couriers/admission', label: a.tab },
    ...(role === 'service' ? [] : [{ value: '/couriers/applications', label: p.tab }]),
    ...(role === 'operator' ? [{ value: '/couriers/unknown', label: u.tab }] : []),
  ]
  const here = ['/couriers/catalogue', '/couriers/terms', '/couriers/applications'].find((path) => pathname.startsWith(path)) ?? pathname
  return (
    <div style={{ overflowX: 'auto', maxWidth: '100%' }}>
      <Segmented options={options} value={here} onChange={(to) => void navigate(to)} />
    </div>
  )
}
