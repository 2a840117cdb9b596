import type { MouseEvent } from 'react'
import { useNavigate } from 'react-router'
import { useEvent } from './useEvent'

/**
 * A click handler for a part that holds plain links by the hundred: it follows them as a `Link`
 * would, which listens to the router each by itself.
 */
export function useLinkClicks(): (event: MouseEvent) => void {
  const navigate = useNavigate()
  return useEvent((event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0) return
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    const to = (event.target as Element).closest('a[href]')?.getAttribute('href')
    if (to === undefined || to === null) return
    event.preventDefault()
    void navigate(to)
  })
}
