import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import { useMemo, useState } from 'react'
import { api, type Schema, unwrap } from '@/api'
import { courierNamesQuery } from '@/domain'
import { type Locale, useLocale, useMessages } from '@/i18n'
import { randomId } from '@/lib/ids'
import { errorTitle } from '@/ui'
import { refreshQueues } from './data'
import { courierCode, faultsOf, NUMBER, type OwnRow, parseOwnNumbers, withGuesses } from './ownNumbers'
import { ownWords } from './ownWords'
import { reasonOf } from './reasons'

/** Rows sent in one call, so that progress can be shown. */
const CHUNK = 200
/** Numbers recognised in one call. */
const RECOGNISED = 1000

/** Whose numbers are those of lines without a courier: asked before anything is sent. */
async function recognise(rows: readonly Omit<OwnRow, 'key'>[], merchantId: string | undefined) {
  const numbers = [...new Set(rows.filter(({ courier }) => courier === '').map(({ number }) => number))]
  const good = numbers.filter((number) => NUMBER.test(number))
  const found = []
  for (let start = 0; start < good.length; start += RECOGNISED) {
    const body = { numbers: good.slice(start, start + RECOGNISED), merchant_id: merchantId, ask: true }
    const page = await unwrap(api.POST('/api/v1/couriers/recognise', { body }))
    found.push(...page.items)
  }
  return found
}

/** A number that was taken all the same, and what speaks against its courier. */
export interface Warned {
  number: string
  why: string
}

function warningsOf(items: readonly Schema<'OwnNumberAnswer'>[], sent: readonly OwnRow[], locale: Locale): Warned[] {
  return items.flatMap(({ index, warning_zh, warning_en }) => {
    const why = locale === 'zh-CN' ? warning_zh : warning_en
    return why ? [{ number: sent[index]?.number ?? '', why }] : []
  })
}

/** The table of numbers to ship with: what was pasted, what is wrong with it, what the server said. */
export function useOwnRows(merchantId: string | undefined) {
  const t = useMessages(ownWords)
  const locale = useLocale()
  const { message } = App.useApp()
  const client = useQueryClient()
  const names = useQuery(courierNamesQuery).data
  const couriers = useMemo(() => [...(names?.values() ?? [])], [names])
  const [rows, setRows] = useState<readonly OwnRow[]>([])
  const [shipped, setShipped] = useState(0)
  const [warned, setWarned] = useState<readonly Warned[]>([])
  const [progress, setProgress] = useState<{ done: number; all: number } | null>(null)
  const faults = useMemo(() => faultsOf(rows, couriers), [rows, couriers])
  const good = rows.filter(({ key, refusal }) => !faults.has(key) && refusal === undefined)

  const ship = useMutation({
    mutationFn: async (wanted: readonly OwnRow[]) => {
      let failed = 0
      for (let start = 0; start < wanted.length; start += CHUNK) {
        const chunk = wanted.slice(start, start + CHUNK)
        setProgress({ done: start, all: wanted.length })
        const body = {
          merchant_id: merchantId,
          rows: chunk.map(({ order, courier, number }) => ({
            order_no: order,
            courier: courierCode(courier, couriers) ?? courier,
            number,
          })),
        }
        const { items } = await unwrap(api.POST('/api/v1/shipments/own-numbers', { body }))
        const answers = new Map(items.map((item) => [chunk[item.index]?.key, item]))
        failed += items.filter(({ ok }) => !ok).length
        setWarned((before) => [...before, ...warningsOf(items, chunk, locale)])
        setShipped((before) => before + items.filter(({ ok }) => ok).length)
        setRows((before) =>
          before
            .filter(({ key }) => answers.get(key)?.ok !== true)
            .map((row) => {
              const error = answers.get(row.key)?.error
              return error ? { ...row, refusal: reasonOf(error, locale) } : row
            }),
        )
      }
      return { ok: wanted.length - failed, failed }
    },
    onSuccess: ({ ok, failed }) => {
      if (failed === 0) message.success(t.allDone(ok))
      else message.warning(t.partly(ok, failed))
    },
    onError: (error) => message.error(errorTitle(error, locale)),
    onSettled: () => {
      setProgress(null)
      refreshQueues()
    },
  })

  return {
    rows,
    faults,
    good,
    shipped,
    warned,
    forget: () => setWarned([]),
    progress,
    couriers,
    bad: rows.length - good.length,
    /** Lines can be read only with the couriers' names: a paste at once waits for them. */
    add: async (text: string, fallback: string) => {
      try {
        const known = await client.ensureQueryData(courierNamesQuery)
        const read = parseOwnNumbers(text, [...known.values()], fallback)
        const guessed = withGuesses(read, await recognise(read, merchantId))
        setRows((before) => [...before, ...guessed.map((row) => ({ ...row, key: randomId() }))])
      } catch (error) {
        message.error(errorTitle(error, locale))
      }
    },
    /** A corrected row may be sent again. */
    edit: (key: string, change: Partial<OwnRow>) =>
      setRows((before) => before.map((row) => (row.key === key ? { ...row, ...change, refusal: undefined } : row))),
    drop: (key: string) => setRows((before) => before.filter((row) => row.key !== key)),
    clear: () => setRows([]),
    ship: () => {
      if (good.length > 0 && !ship.isPending) ship.mutate(good)
    },
  }
}

export type OwnRows = ReturnType<typeof useOwnRows>
