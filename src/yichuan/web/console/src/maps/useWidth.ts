import { useEffect, useRef, useState } from 'react'

/** The width there is, in pixels: letters and points keep their size on every screen. */
export function useWidth() {
  const holder = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(640)
  useEffect(() => {
    const element = holder.current
    if (element === null) return undefined
    const observer = new ResizeObserver(() => setWidth(Math.max(240, Math.round(element.clientWidth))))
    observer.observe(element)
    return () => observer.disconnect()
  }, [])
  return [holder, width] as const
}
