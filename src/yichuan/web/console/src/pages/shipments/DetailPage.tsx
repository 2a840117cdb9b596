import { useQuery } from '@tanstack/react-query'
import { useParams } from 'react-router'
import { useMessages } from '@/i18n'
import { PageHeader, ProblemChip, StateChip } from '@/ui'
import { HoldChip } from './columns'
import { detailQuery } from './data'
import { detailWords } from './detailWords'
import { ShipmentBody } from './ShipmentBody'

/** One shipment on a page of its own. */
export function Component() {
  const t = useMessages(detailWords)
  const { id = '' } = useParams()
  const shipment = useQuery(detailQuery(id)).data
  return (
    <>
      <PageHeader
        title={shipment?.shipment_no ?? t.shipment}
        back={{ to: '/shipments', label: t.list }}
        aside={
          shipment && (
            <>
              <StateChip milestone={shipment.milestone} detail={shipment.detail} withDetail />
              {shipment.problem !== null && <ProblemChip kind={shipment.problem} />}
              {shipment.hold && <HoldChip />}
            </>
          )
        }
      />
      <ShipmentBody key={id} id={id} row={undefined} />
    </>
  )
}
