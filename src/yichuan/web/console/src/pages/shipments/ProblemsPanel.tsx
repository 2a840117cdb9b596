import { CustomerServiceOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { isMilestone, milestoneWords } from '@/domain'
import { useMessages } from '@/i18n'
import { Chip, Deadline, ErrorState, Panel, ProblemChip, SignReasons, TimeAgo } from '@/ui'
import { type Detail, type Problem, problemsQuery, type Ticket, ticketsQuery } from './data'
import { detailWords } from './detailWords'
import styles from './shipments.module.css'

/** What is and was wrong with it, and the cases about it. Absent while there is nothing to tell. */
export function ProblemsPanel({ shipment }: { shipment: Detail }) {
  const t = useMessages(detailWords)
  const problems = useQuery(problemsQuery(shipment.id))
  const tickets = useQuery(ticketsQuery(shipment.id))
  const error = problems.error ?? tickets.error
  const retry = () => void Promise.all([problems.refetch(), tickets.refetch()])
  const known = problems.data ?? []
  const cases = tickets.data ?? []
  if (error === null && known.length === 0 && cases.length === 0) return null
  return (
    <Panel title={t.problems}>
        {error !== null && <ErrorState compact error={error} onRetry={retry} />}
        <ul className={styles.entries}>
          {known.map((problem) => (
            <li key={problem.id}>
              <ProblemEntry problem={problem} ticket={cases.find(({ id }) => id === problem.ticket_id)} />
            </li>
          ))}
          {cases
            .filter(({ id }) => !known.some(({ ticket_id }) => ticket_id === id))
            .map((ticket) => (
              <li key={ticket.id}>
                <TicketLine ticket={ticket} />
              </li>
            ))}
        </ul>
      </Panel>
  )
}

function ProblemEntry({ problem, ticket }: { problem: Problem; ticket: Ticket | undefined }) {
  const t = useMessages(detailWords)
  const reasonName = useReasonName()
  const open = problem.closed_at === null
  return (
    <div className={styles.entry}>
      <div className={styles.line}>
        <ProblemChip kind={problem.kind} party={problem.party} severity={open ? problem.severity : 1} />
        {open && problem.act_by !== null && <Deadline at={problem.act_by} />}
      </div>
      <div className={styles.meta}>
        <span>
          {t.since} <TimeAgo at={problem.since} exact />
        </span>
        {!open && (
          <span>
            {t.closedAt} <TimeAgo at={problem.closed_at} exact />
            {problem.close_reason && ` · ${reasonName(problem.close_reason)}`}
          </span>
        )}
      </div>
      <div className={styles.meta}>
        <SignReasons evidence={problem.evidence} />
      </div>
      {ticket && <TicketLine ticket={ticket} />}
    </div>
  )
}

/** A problem ends by hand, with a reason in words, or by what the parcel did next. */
function useReasonName(): (reason: string) => string {
  const milestones = useMessages(milestoneWords)
  return (reason) => (isMilestone(reason) ? milestones[reason] : reason)
}

function TicketLine({ ticket }: { ticket: Ticket }) {
  const t = useMessages(detailWords)
  const open = ticket.closed_at === null
  return (
    <div className={styles.line}>
      <Chip tone={open ? 'risk' : 'done'} icon={CustomerServiceOutlined}>
        {open ? t.ticketOpen : t.ticketClosed}
      </Chip>
      <Link to={`/tickets?id=${ticket.id}`}>
        {t.ticket} {ticket.ticket_no}
      </Link>
      {open && <Deadline at={ticket.due_at} />}
    </div>
  )
}
