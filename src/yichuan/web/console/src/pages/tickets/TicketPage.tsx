import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { useMessages } from '@/i18n'
import { PageHeader, Panel } from '@/ui'
import { ticketQuery } from './data'
import { TicketBody } from './TicketBody'
import { words } from './words'

/** One ticket on a page of its own. */
export function Component() {
  const t = useMessages(words)
  const { id = '' } = useParams()
  const ticket = useQuery(ticketQuery(id)).data
  return (
    <>
      <PageHeader
        title={ticket?.ticket_no ?? t.notFoundTitle}
        back={{ to: '/tickets', label: t.title }}
        subtitle={ticket?.subject}
      />
      <Panel>
        <TicketBody id={id} />
      </Panel>
    </>
  )
}
