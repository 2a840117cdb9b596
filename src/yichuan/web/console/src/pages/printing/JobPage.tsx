import { useNavigate, useParams } from 'react-router'
import { useMessages } from '@/i18n'
import { PageHeader, Panel } from '@/ui'
import { JobView } from './JobView'
import { printWords } from './printWords'

/** One batch on a page of its own. */
export function Component() {
  const t = useMessages(printWords)
  const { id = '' } = useParams()
  const navigate = useNavigate()
  return (
    <>
      <PageHeader title={t.job} back={{ to: '/printing/jobs', label: t.jobsTitle }} />
      <Panel>
        <JobView
          key={id}
          id={id}
          autoFocus
          onRetry={([first]) => {
            if (first !== undefined) void navigate(`/printing/jobs/${first.id}`)
          }}
        />
      </Panel>
    </>
  )
}
