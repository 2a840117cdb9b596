import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { useLocale } from '@/i18n'
import { PageHeader, PageStack } from '@/ui'
import { CourierBody } from './CourierBody'
import { CouriersNav } from './CouriersNav'
import { courierQuery } from './catalogueData'

/** The full page of one courier. */
export function Component() {
  const { code = '' } = useParams()
  const locale = useLocale()
  const courier = useQuery(courierQuery(code)).data
  const name = locale === 'zh-CN' ? courier?.name_zh : (courier?.name_en ?? courier?.name_zh)
  return (
    <PageStack>
      <PageHeader title={name ?? code} subtitle={code} />
      <CouriersNav />
      <CourierBody id={code} />
    </PageStack>
  )
}
