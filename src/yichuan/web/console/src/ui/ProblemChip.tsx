import { type Party, partyWords, problemIcon, type Severity, useProblemName } from '@/domain'
import { useMessages } from '@/i18n'
import type { Tone } from '@/theme/palette'
import { Chip, type ChipProps } from './Chip'

export interface ProblemChipProps {
  kind: string
  party?: Party | null
  severity?: Severity | number | null
  size?: ChipProps['size']
}

/** What is wrong with a parcel, and who must act. Amber may wait until today ends, red may not. */
export function ProblemChip({ kind, party, severity, size }: ProblemChipProps) {
  const nameOf = useProblemName()
  const parties = useMessages(partyWords)
  const tone: Tone = severity === 3 ? 'broken' : severity === 1 ? 'waiting' : 'risk'
  return (
    <Chip
      tone={tone}
      icon={problemIcon(kind)}
      title={nameOf(kind)}
      filled={severity === 3}
      size={size}
      aside={party ? parties[party] : undefined}
    >
      {nameOf(kind)}
    </Chip>
  )
}
