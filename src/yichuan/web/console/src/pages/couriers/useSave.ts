import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useLocale, useMessages } from '@/i18n'
import { errorTitle } from '@/ui'
import { words } from './words'

/** Saves a form, says so, and asks for the list again. */
export function useSave<Wish, Made>(save: (wish: Wish) => Promise<Made>, queryKey: QueryKey, onDone: () => void) {
  const t = useMessages(words)
  const locale = useLocale()
  const client = useQueryClient()
  const { message } = App.useApp()
  return useMutation({
    mutationFn: save,
    onSuccess: () => {
      message.success(t.saved)
      void client.invalidateQueries({ queryKey })
      onDone()
    },
    onError: (error) => message.error(errorTitle(error, locale)),
  })
}
