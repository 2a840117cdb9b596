import { type Party, partyWords, problemIcon, problemSeverity, type Severity, useProblemName } from '@/domain'
import { useMessages } from '@/i18n'
import type { Tone } from '@/theme/palette'
import { Chip, type ChipProps } from './Chip'

export interface ProblemChipProps {
  kind: string
  party?: Party | null
  /** Of the kind, where it is not known. */
  severity?: Severity | number | null
  size?: ChipProps['size']
}

/** What is wrong with a parcel, and who must act. Amber may wait until today ends, red may not. */
export function ProblemChip({ kind, party, severity, size }: ProblemChipProps) {
  const nameOf = useProblemName()
  const parties = useMessages(partyWords)
  const level = severity ?? problemSeverity(kind)
  const tone: Tone = level === 3 ? 'broken' : level === 1 ? 'waiting' : 'risk'
  return (
    <Chip
      tone={tone}
      icon={problemIcon(kind)}
      title={nameOf(kind)}
      filled={level === 3}
      size={size}
      aside={party ? parties[party] : undefined}
    >
      {nameOf(kind)}
    </Chip>
  )
}
