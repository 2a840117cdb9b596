import { useCallback, useLayoutEffect, useRef } from 'react'

/**
 * A function that stays the same between renders and runs the latest code. For handlers given to
 * large memoised parts; never call it while rendering.
 */
export function useEvent<Args extends unknown[], Result>(handler: (...args: Args) => Result) {
  const latest = useRef(handler)
  useLayoutEffect(() => {
    latest.current = handler
  })
  return useCallback((...args: Args): Result => latest.current(...args), [])
}
