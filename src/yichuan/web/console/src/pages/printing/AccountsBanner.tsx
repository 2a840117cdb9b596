import { WarningFilled } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { courierNamesQuery } from '@/domain'
import { useLocale, useMessages } from '@/i18n'
import styles from './Banner.module.css'
import { bannerWords } from './bannerWords'
import { type Account, accountsQuery } from './data'

/** What will stop the morning's printing, before anybody starts: accounts without numbers. */
export function AccountsBanner() {
  const t = useMessages(bannerWords)
  const locale = useLocale()
  const names = useQuery(courierNamesQuery).data
  const accounts = (useQuery(accountsQuery).data ?? []).filter(({ enabled, low }) => enabled && low)
  const spent = accounts.filter(({ balance }) => balance === 0)
  const short = accounts.filter(({ balance }) => balance !== null && balance > 0)
  const nameOf = ({ courier, branch_name }: Account) => {
    const known = names?.get(courier)
    const name = (locale === 'zh-CN' ? known?.name_zh : known?.name_en) ?? courier
    return branch_name === null ? name : `${name} ${branch_name}`
  }
  return (
    <>
      {spent.length > 0 && (
        <div className={`${styles.banner} ${styles.broken}`} role="alert">
          <WarningFilled />
          <span className={styles.text}>{t.empty(spent.map(nameOf).join(t.joiner))}</span>
        </div>
      )}
      {short.length > 0 && (
        <div className={`${styles.banner} ${styles.risk}`} role="status">
          <WarningFilled />
          <span className={styles.text}>
            {t.low(short.map((one) => t.left(nameOf(one), one.balance ?? 0)).join(t.joiner))}
          </span>
        </div>
      )}
    </>
  )
}
