import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useMe } from '@/auth/useMe'
import { PROBLEM_KINDS, useProblemName } from '@/domain'
import { useMessages } from '@/i18n'
import { type Column, DataTable, type Detail, type Filter, type PresetView, WIDTH } from '@/table'
import { CourierTag, Dash, Deadline, PageHeader, ProblemChip, StateChip, TimeAgo } from '@/ui'
import { FirstView } from '../exceptions/FirstView'
import { merchantFilter, useMerchantName } from '../merchants/names'
import { loadTickets, type Side, sideOf, ticketQuery, type TicketRow } from './data'
import { TicketBody } from './TicketBody'
import { TicketChip } from './TicketChip'
import { sideWords, words } from './words'

const detail: Detail<TicketRow> = {
  title: ({ id }) => <TicketNumber id={id} />,
  body: ({ id }) => <TicketBody id={id} />,
  path: (id) => `/tickets/${id}`,
  width: 980,
}

/** Also for a case opened by its link, or gone from this list meanwhile. */
function TicketNumber({ id }: { id: string }) {
  return <span className="y-mono">{useQuery(ticketQuery(id)).data?.ticket_no}</span>
}

/** The queue of cases, the shortest clock first, with the conversation beside it. */
export function Component() {
  const side = sideOf(useMe().role)
  return (
    <FirstView search={`?state=open&party=${side}`}>
      <Queue side={side} />
    </FirstView>
  )
}

function Queue({ side }: { side: Side }) {
  const t = useMessages(words)
  const staff = side === 'service'
  return (
    <>
      <PageHeader title={t.title} subtitle={t.subtitle} />
      <DataTable<TicketRow>
        name="tickets"
        columns={useColumns(staff)}
        rowId={(row) => row.id}
        load={loadTickets}
        filters={useFilters(staff)}
        searchHint={t.search}
        views={useViews(side)}
        detail={detail}
        rowTone={(row) => (row.overdue ? 'broken' : row.state === 'open' ? 'risk' : undefined)}
        refreshEvery={30_000}
        empty={{ title: t.empty, how: t.emptyHow }}
      />
    </>
  )
}

function useViews(side: Side): PresetView[] {
  const t = useMessages(words)
  return [
    { key: 'mine', label: t.myTurn, filters: { state: ['open'], party: [side] } },
    { key: 'open', label: t.open, filters: { state: ['open'] } },
    { key: 'late', label: t.overdue, filters: { overdue: ['true'] } },
    { key: 'answered', label: t.answered, filters: { state: ['answered'] } },
    { key: 'closed', label: t.closed, filters: { state: ['closed'] } },
  ]
}

function useFilters(staff: boolean): Filter[] {
  const t = useMessages(words)
  const sides = useMessages(sideWords)
  const nameOf = useProblemName()
  return [
    {
      key: 'state',
      label: t.state,
      kind: 'choice',
      single: true,
      options: (['open', 'answered', 'closed'] as const).map((value) => ({ value, label: t[value] })),
    },
    {
      key: 'party',
      label: t.party,
      kind: 'choice',
      single: true,
      options: (['merchant', 'service'] as const).map((value) => ({ value, label: sides[value] })),
    },
    {
      key: 'kind',
      label: t.kind,
      kind: 'choice',
      single: true,
      options: PROBLEM_KINDS.map((value) => ({ value, label: nameOf(value) })),
    },
    { key: 'overdue', label: t.overdueOnly, kind: 'flag' },
    ...(staff ? [merchantFilter(t.merchant)] : []),
  ]
}

function useColumns(staff: boolean): Column<TicketRow>[] {
  const t = useMessages(words)
  const nameOf = useMerchantName()
  return useMemo(() => {
    const columns: (Column<TicketRow> | false)[] = [
      {
        key: 'number',
        title: t.number,
        width: 160,
        always: true,
        card: 'title',
        render: (row) => <span className="y-mono">{row.ticket_no}</span>,
      },
      {
        key: 'due',
        title: t.due,
        width: WIDTH.deadline,
        card: 'state',
        render: (row) => (row.state === 'closed' ? <Dash /> : <Deadline at={row.due_at} />),
      },
      { key: 'state', title: t.state, width: 190, card: 'state', render: (row) => <TicketChip ticket={row} /> },
      {
        key: 'kind',
        title: t.kind,
        width: WIDTH.state,
        render: (row) => <ProblemChip kind={row.kind} severity={row.severity} />,
      },
      staff && {
        key: 'merchant',
        title: t.merchant,
        width: WIDTH.place + 30,
        render: (row) => nameOf(row.merchant_id),
      },
      { key: 'courier', title: t.courier, width: WIDTH.courier, render: (row) => <CourierTag code={row.courier} /> },
      {
        key: 'waybill',
        title: t.waybill,
        width: WIDTH.number,
        card: 'none',
        render: (row) => <span className="y-mono">{row.waybill_number ?? <Dash />}</span>,
      },
      {
        key: 'milestone',
        title: t.milestone,
        width: WIDTH.state,
        render: (row) => (row.milestone ? <StateChip milestone={row.milestone} /> : <Dash />),
      },
      { key: 'subject', title: t.subject, width: WIDTH.text + 60, hidden: true, card: 'none', render: (row) => row.subject },
      { key: 'opened', title: t.opened, width: WIDTH.time, render: (row) => <TimeAgo at={row.opened_at} /> },
    ]
    return columns.filter((column) => column !== false)
  }, [t, nameOf, staff])
}
