import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { PageHeader } from '@/ui'
import { merchantQuery } from './data'
import { MerchantBody } from './MerchantBody'
import { words } from './words'

/** One merchant on a page of its own. */
export function Component() {
  const t = useMessages(words)
  const staff = useMe().role !== 'merchant'
  const { id = '' } = useParams()
  const merchant = useQuery(merchantQuery(id)).data
  return (
    <>
      <PageHeader
        title={merchant?.name ?? t.title}
        back={{ to: '/merchants', label: staff ? t.title : t.scoreTitle }}
      />
      <MerchantBody id={id} />
    </>
  )
}
