import { useQuery } from '@tanstack/react-query'
import { Input } from 'antd'
import { useDeferredValue, useState } from 'react'
import { useMessages } from '@/i18n'
import { parseAddress } from '@/inputs'
import { termWords } from './termWords'

interface PlaceFieldProps {
  id?: string
  /** A division's code; empty is all of China. */
  value?: string
  onChange?: (adcode: string | null) => void
  /** The division's name, when there is one already. */
  name: string
}

/** A division typed in by its name and understood by the server; `null` while it is not. */
export function PlaceField({ id, value, onChange, name }: PlaceFieldProps) {
  const t = useMessages(termWords)
  const [text, setText] = useState(name)
  const asked = useDeferredValue(text.trim())
  const known = useQuery({
    queryKey: ['place', asked],
    enabled: asked !== '' && asked !== name,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const found = await parseAddress(asked)
      onChange?.(found.adcode ?? null)
      return found
    },
  })
  const read = known.data && [...new Set([known.data.province, known.data.city, known.data.district])].filter(Boolean).join('')
  const unknown = value === null && asked !== ''
  return (
    <>
      <Input
        id={id}
        value={text}
        placeholder={t.placeHint}
        status={unknown ? 'error' : undefined}
        onChange={(event) => {
          setText(event.target.value)
          if (event.target.value.trim() === '') onChange?.('')
        }}
      />
      <small aria-live="polite">{asked === '' ? t.everywhere : unknown ? t.placeUnknown : asked === name ? name : `${t.reads} ${read ?? '…'}`}</small>
    </>
  )
}
