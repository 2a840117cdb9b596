import { useEffect } from 'react'

/** The browser tab's title: the page first, the product last. */
export function useTitle(page: string, product: string): void {
  useEffect(() => {
    document.title = page === '' ? product : `${page} · ${product}`
  }, [page, product])
}
