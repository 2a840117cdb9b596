import { QuestionCircleOutlined } from '@ant-design/icons'
import { isMilestone, MILESTONE_LOOKS, milestoneWords, useDetailName } from '@/domain'
import { useMessages } from '@/i18n'
import { Chip, type ChipProps } from './Chip'

export interface StateChipProps {
  milestone: string
  /** The finer code; told on hover, or beside the word with `withDetail`. */
  detail?: string | null
  withDetail?: boolean
  size?: ChipProps['size']
}

/** Where a parcel is: the same chip on every page. */
export function StateChip({ milestone, detail, withDetail, size }: StateChipProps) {
  const words = useMessages(milestoneWords)
  const finer = useDetailName()(detail)
  if (!isMilestone(milestone)) {
    return (
      <Chip tone="waiting" icon={QuestionCircleOutlined} size={size}>
        {milestone}
      </Chip>
    )
  }
  const word = words[milestone]
  const more = finer === word ? undefined : finer
  return (
    <Chip {...MILESTONE_LOOKS[milestone]} size={size} title={more} aside={withDetail ? more : undefined}>
      {word}
    </Chip>
  )
}
