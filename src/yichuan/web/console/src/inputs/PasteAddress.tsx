import { CheckCircleFilled, ExclamationCircleFilled, WarningFilled } from '@ant-design/icons'
import { useMutation } from '@tanstack/react-query'
import { Input } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { defineMessages, useLocale, useMessages } from '@/i18n'
import { Chip, errorTitle } from '@/ui'
import {
  ADDRESS_PARTS,
  type AddressPart,
  doubtsOf,
  EMPTY_ADDRESS,
  missingParts,
  type ParsedAddress,
  parseAddress,
  type Trust,
  trustOf,
} from './address'
import styles from './PasteAddress.module.css'

const words = defineMessages(
  {
    paste: '粘贴整段地址',
    hint: '姓名、电话、地址写在一起，顺序不限，粘贴后自动拆开',
    parsing: '正在拆分',
    name: '收件人',
    phone: '电话',
    province: '省',
    city: '市',
    district: '区县',
    street: '街道',
    detail: '详细地址',
    sure: '识别可信',
    check: '请核对一遍',
    doubtful: '需要补全',
    missing: (names: string) => `缺少：${names}`,
    and: '、',
    filled: '补',
    filledHow: '原文没写，按其余部分补上的',
    old_name: (about: string) => `“${about}”是旧名或俗称，已换成现名`,
    ambiguous: (about: string) => `有几个同名的：${about}`,
    conflict: (about: string) => `“${about}”和其余部分对不上`,
    inferred: (about: string) =>
      ({ street: '市是按街道镇名推断的', landmark: '市是按路名或楼名推断的', habit: '市是按写法推断的', company: '市是按公司名推断的', prior: '几个市都有这个名字，市只是最可能的一个' })[about] ??
      '市是推断的',
  },
  {
    paste: 'Paste a whole address',
    hint: 'Name, phone and address in any order; it is taken apart as you paste',
    parsing: 'Taking it apart',
    name: 'Recipient',
    phone: 'Phone',
    province: 'Province',
    city: 'City',
    district: 'District',
    street: 'Street',
    detail: 'Address',
    sure: 'Certain',
    check: 'Please check',
    doubtful: 'Needs completing',
    missing: (names) => `Missing: ${names}`,
    and: ', ',
    filled: 'added',
    filledHow: 'Not in the text; completed from the rest',
    old_name: (about) => `${about} is an old or common name; today's is used`,
    ambiguous: (about) => `Several bear this name: ${about}`,
    conflict: (about) => `${about} does not fit the rest`,
    inferred: (about) =>
      ({ street: 'The city follows from the town', landmark: 'The city follows from a road or building', habit: 'The city follows from the way of writing', company: 'The city follows from the company', prior: 'Several cities have this name; the city is only the likeliest' })[about] ??
      'The city is inferred',
  },
)

const TRUST = {
  sure: { tone: 'done', icon: CheckCircleFilled },
  check: { tone: 'risk', icon: ExclamationCircleFilled },
  doubtful: { tone: 'broken', icon: WarningFilled },
} as const satisfies Record<Trust, unknown>

/** Typing waits this long before it is sent; a paste is sent at once. */
const PAUSE_MS = 500

export interface PasteAddressProps {
  value: ParsedAddress | null
  onChange: (address: ParsedAddress | null) => void
  autoFocus?: boolean
}

/** One field to paste into, and the parts it was taken apart to, each of which can be corrected. */
export function PasteAddress({ value, onChange, autoFocus }: PasteAddressProps) {
  const t = useMessages(words)
  const locale = useLocale()
  const [raw, setRaw] = useState('')
  const pasted = useRef(false)
  const parse = useMutation({ mutationFn: (text: string) => parseAddress(text), onSuccess: onChange })
  const { mutate } = parse

  useEffect(() => {
    const text = raw.trim()
    if (text.length < 6) return undefined
    const wait = pasted.current ? 0 : PAUSE_MS
    pasted.current = false
    const timer = setTimeout(() => mutate(text), wait)
    return () => clearTimeout(timer)
  }, [raw, mutate])

  const edit = (part: AddressPart, text: string) => {
    const before = value ?? EMPTY_ADDRESS
    onChange({ ...before, [part]: text, filled: before.filled.filter((level) => level !== part) })
  }
  const missing = value === null ? [] : missingParts(value)

  return (
    <div className={styles.box}>
      <Input.TextArea
        autoFocus={autoFocus}
        value={raw}
        autoSize={{ minRows: 2, maxRows: 5 }}
        aria-label={t.paste}
        placeholder={`${t.paste} · ${t.hint}`}
        onPaste={() => {
          pasted.current = true
        }}
        onChange={(event) => setRaw(event.target.value)}
      />
      <div className={styles.foot} aria-live="polite">
        {parse.isPending && t.parsing}
        {!parse.isPending && parse.isError && errorTitle(parse.error, locale)}
        {!parse.isPending && value !== null && (
          <>
            <Chip {...TRUST[trustOf(value)]}>{t[trustOf(value)]}</Chip>
            {missing.length > 0 && t.missing(missing.map((part) => t[part]).join(t.and))}
            {doubtsOf(value).map(({ kind, about }) => (
              <span key={kind + about} className={styles.doubt}>
                {t[kind](about)}
              </span>
            ))}
          </>
        )}
      </div>
      <div className={styles.parts}>
        {ADDRESS_PARTS.map((part) => (
          <label key={part} className={`${styles.part} ${styles[part] ?? ''}`}>
            <span className={styles.label}>
              {t[part]}
              {value?.filled.includes(part) === true && (
                <span className={styles.filled} title={t.filledHow}>
                  {t.filled}
                </span>
              )}
            </span>
            <Input
              value={value?.[part] ?? ''}
              status={missing.includes(part) ? 'error' : undefined}
              inputMode={part === 'phone' ? 'tel' : undefined}
              onChange={(event) => edit(part, event.target.value)}
            />
          </label>
        ))}
      </div>
    </div>
  )
}
