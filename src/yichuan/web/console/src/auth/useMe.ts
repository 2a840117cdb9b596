import { useQuery } from '@tanstack/react-query'
import { type Me, meQuery } from '@/api/session'

/** Who is signed in. Only for pages inside the shell, where somebody always is. */
export function useMe(): Me {
  const me = useQuery(meQuery).data
  if (!me) throw new Error('useMe outside of a signed-in page')
  return me
}
