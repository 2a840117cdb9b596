import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useLocale } from '@/i18n'
import { errorTitle } from '@/ui'

/** Does something, says so, and asks for the list again. */
export function useAct<Wish, Made>(
  act: (wish: Wish) => Promise<Made>,
  queryKey: QueryKey,
  said: string,
  onDone?: (made: Made) => void,
) {
  const locale = useLocale()
  const client = useQueryClient()
  const { message } = App.useApp()
  return useMutation({
    mutationFn: act,
    onSuccess: (made) => {
      message.success(said)
      void client.invalidateQueries({ queryKey })
      onDone?.(made)
    },
    onError: (error) => message.error(errorTitle(error, locale)),
  })
}
