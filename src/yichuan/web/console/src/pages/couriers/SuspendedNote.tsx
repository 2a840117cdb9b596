import { useQuery } from '@tanstack/react-query'
import { Alert } from 'antd'
import { useLocale, useMessages } from '@/i18n'
import { admissionQuery } from './admissionData'
import { admissionWords } from './admissionWords'

/** Warns where the platform has suspended a courier; own numbers of it are taken all the same. */
export function SuspendedNote({ courier, small }: { courier: string; small?: boolean }) {
  const t = useMessages(admissionWords)
  const locale = useLocale()
  const { data } = useQuery({ ...admissionQuery, staleTime: 60_000 })
  const row = data?.items.find((one) => one.courier === courier && one.service === '' && one.province === '')
  if (row?.state !== 'suspended') return null
  const why = locale === 'zh-CN' ? row.reason_zh : row.reason_en
  if (small) {
    return (
      <div style={{ color: 'var(--y-risk-text)', fontSize: 12 }} title={why}>
        {t.suspendedShort}
      </div>
    )
  }
  return <Alert type="warning" showIcon title={t.suspendedNote} description={why} style={{ marginBottom: 12 }} />
}
