import { UploadOutlined } from '@ant-design/icons'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { type ChangeEvent, useRef } from 'react'
import type { Schema } from '@/api/client'
import { http } from '@/api/http'
import { useLocale, useMessages } from '@/i18n'
import { errorTitle } from '@/ui'
import { words } from './words'

type Import = Schema<'ImportView'>

/** Rate cards from a file in our own columns; refused rows can be fetched with their reasons. */
export function UploadRates({ onDone }: { onDone?: () => void }) {
  const t = useMessages(words)
  const locale = useLocale()
  const client = useQueryClient()
  const { message } = App.useApp()
  const field = useRef<HTMLInputElement>(null)
  const upload = useMutation({
    mutationFn: (file: File) => {
      const body = new FormData()
      body.append('kind', 'rates')
      body.append('file', file)
      return http.post<Import>('/imports', body)
    },
    onSuccess: ({ id, accepted, known, rejected }) => {
      if (rejected === 0) message.success(t.ratesIn(accepted + known))
      else {
        message.warning(
          <>
            {t.ratesPartly(accepted + known, rejected)}{' '}
            <a href={`/api/v1/imports/${id}/rejects.csv`}>{t.rejects}</a>
          </>,
          8,
        )
      }
      void client.invalidateQueries({ queryKey: ['rate-cards'] })
      onDone?.()
    },
    onError: (error) => message.error(errorTitle(error, locale)),
  })
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.target.files?.[0]
    event.target.value = ''
    if (file !== undefined) upload.mutate(file)
  }
  return (
    <>
      <input ref={field} type="file" accept=".xlsx,.xls,.csv,.tsv" hidden onChange={choose} />
      <Button icon={<UploadOutlined />} loading={upload.isPending} title={t.ratesHow} onClick={() => field.current?.click()}>
        {t.uploadRates}
      </Button>
    </>
  )
}
