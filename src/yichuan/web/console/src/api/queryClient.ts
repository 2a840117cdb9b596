import { QueryClient } from '@tanstack/react-query'
import { setUnauthorisedHandler } from './http'
import { isTransient } from './problem'
import { meQuery } from './session'

/**
 * Reads are repeated twice when nothing came back or the server stumbled; a refusal is shown at
 * once. Writes are never repeated by themselves: the user decides, the idempotency key protects.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      networkMode: 'always',
      retry: (failures, error) => failures < 2 && isTransient(error),
      retryDelay: (attempt) => 400 * 2 ** attempt,
    },
    mutations: { networkMode: 'always', retry: false },
  },
})

setUnauthorisedHandler(() => queryClient.setQueryData(meQuery.queryKey, null))
