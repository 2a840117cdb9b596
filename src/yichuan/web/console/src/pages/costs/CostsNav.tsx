import { Segmented } from 'antd'
import { useLocation, useNavigate } from 'react-router'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { words } from './words'

/** Bills are the platform's own affair; merchants see cards and quotes only. */
export function CostsNav() {
  const t = useMessages(words)
  const { pathname } = useLocation()
  const navigate = useNavigate()
  if (useMe().role === 'merchant') return null
  const options = [
    { value: '/costs', label: t.cards },
    { value: '/costs/bills', label: t.bills },
  ]
  return (
    <div>
      <Segmented options={options} value={pathname} onChange={(to) => void navigate(to)} />
    </div>
  )
}
