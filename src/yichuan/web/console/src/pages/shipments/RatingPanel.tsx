import { useQuery } from '@tanstack/react-query'
import { useMessages } from '@/i18n'
import { RatingLine, ratingQuery } from '@/ratings/RatingsPanel'
import { ratingWords } from '@/ratings/words'
import { Panel } from '@/ui'

/** How the buyer found the delivery; nothing while nobody said. */
export function RatingPanel({ id }: { id: string }) {
  const t = useMessages(ratingWords)
  const rating = useQuery(ratingQuery(id)).data
  if (!rating) return null
  return (
    <Panel title={t.title}>
      <RatingLine rating={rating} />
    </Panel>
  )
}
