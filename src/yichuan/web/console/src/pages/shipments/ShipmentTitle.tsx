import { useQuery } from '@tanstack/react-query'
import { ProblemChip, StateChip } from '@/ui'
import { HoldChip } from './columns'
import { detailQuery, type Row } from './data'
import styles from './shipments.module.css'

/** Number and chips; the row serves until the whole thing is here. */
export function ShipmentTitle({ id, row }: { id: string; row: Row | undefined }) {
  const shown = useQuery(detailQuery(id)).data ?? row
  if (shown === undefined) return null
  return (
    <span className={styles.title}>
      <span className="y-mono">{shown.shipment_no}</span>
      <StateChip milestone={shown.milestone} detail={shown.detail} />
      {shown.problem !== null && <ProblemChip kind={shown.problem} />}
      {shown.hold && <HoldChip />}
    </span>
  )
}
