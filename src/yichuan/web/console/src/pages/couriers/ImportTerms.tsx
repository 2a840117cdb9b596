import { UploadOutlined } from '@ant-design/icons'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { type ChangeEvent, useRef } from 'react'
import { useLocale, useMessages } from '@/i18n'
import { listKey } from '@/table'
import { errorTitle } from '@/ui'
import { importTerms, type TermKind, termsName } from './termData'
import { termWords } from './termWords'

/** Rules from a file in the columns of an exported one; refused rows can be fetched with reasons. */
export function ImportTerms({ kind }: { kind: TermKind }) {
  const t = useMessages(termWords)
  const locale = useLocale()
  const client = useQueryClient()
  const { message } = App.useApp()
  const field = useRef<HTMLInputElement>(null)
  const upload = useMutation({
    mutationFn: (file: File) => importTerms(kind, file),
    onSuccess: ({ id, accepted, known, rejected }) => {
      if (rejected === 0) message.success(t.imported(accepted + known))
      else {
        message.warning(
          <>
            {t.partly(accepted + known, rejected)} <a href={`/api/v1/imports/${id}/rejects.csv`}>{t.rejects}</a>
          </>,
          8,
        )
      }
      void client.invalidateQueries({ queryKey: listKey(termsName(kind)) })
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
      <Button icon={<UploadOutlined />} loading={upload.isPending} title={t.importHow} onClick={() => field.current?.click()}>
        {t.importFile}
      </Button>
    </>
  )
}
