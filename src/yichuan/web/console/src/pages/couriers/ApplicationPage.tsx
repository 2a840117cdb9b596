import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { useMessages } from '@/i18n'
import { PageHeader, PageStack } from '@/ui'
import { ApplicationBody } from './ApplicationBody'
import { applicationQuery } from './applicationData'
import { applicationWords } from './applicationWords'
import { CouriersNav } from './CouriersNav'

/** The full page of one application. */
export function Component() {
  const t = useMessages(applicationWords)
  const { id = '' } = useParams()
  const application = useQuery(applicationQuery(id)).data
  return (
    <PageStack>
      <PageHeader title={application?.company ?? t.tab} subtitle={application?.apply_no} />
      <CouriersNav />
      <ApplicationBody id={id} />
    </PageStack>
  )
}
