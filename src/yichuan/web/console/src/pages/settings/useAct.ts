import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useLocale } from '@/i18n'
import { errorTitle } from '@/ui'

/** Does something, says so (if there is something to say), and asks for the list again. */
export function useAct<Wish, Made>(
  act: (wish: Wish) => Promise<Made>,
  queryKey: QueryKey,
  said: string | undefined,
  onDone?: (made: Made) => void,
) {
  const locale = useLocale()
  const client = useQueryClient()
  const { message } = App.useApp()
  return useMutation({
    mutationFn: act,
    onSuccess: (made) => {
      if (said !== undefined) message.success(said)
      void client.invalidateQueries({ queryKey })
      onDone?.(made)
    },
    onError: (error) => message.error(errorTitle(error, locale)),
  })
}
