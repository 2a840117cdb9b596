import { BulbOutlined, DownOutlined, LogoutOutlined, TranslationOutlined } from '@ant-design/icons'
import { useMutation } from '@tanstack/react-query'
import { App, Dropdown, type MenuProps } from 'antd'
import { queryClient } from '@/api/queryClient'
import { type Me, meQuery, signOut } from '@/api/session'
import { common, useLocale, useMessages } from '@/i18n'
import { errorTitle } from '@/ui'
import { chooseLanguage, chooseTheme, LANGUAGE_ITEMS, useThemeItems } from './Switches'
import styles from './TopBar.module.css'
import { shellWords } from './words'

/** Nothing one person saw may be shown to the next at the same screen. */
async function leave(): Promise<void> {
  await signOut()
  queryClient.clear()
  queryClient.setQueryData(meQuery.queryKey, null)
}

/** Who is signed in, and the way out; on a phone also language and appearance. */
export function UserMenu({ me, phone }: { me: Me; phone: boolean }) {
  const t = useMessages(shellWords)
  const c = useMessages(common)
  const locale = useLocale()
  const themes = useThemeItems()
  const { message } = App.useApp()
  const out = useMutation({ mutationFn: leave, onError: (error) => message.error(errorTitle(error, locale)) })

  const identity = (
    <div className={styles.identity}>
      <div>{me.name}</div>
      <small>
        {t[me.role]} · {me.merchant?.name ?? me.username}
      </small>
    </div>
  )
  const choices: NonNullable<MenuProps['items']> = phone
    ? [
        { key: 'language', label: c.language, icon: <TranslationOutlined />, children: LANGUAGE_ITEMS },
        { key: 'theme', label: c.theme, icon: <BulbOutlined />, children: themes },
      ]
    : []
  const act = (key: string) => {
    if (key === 'out') out.mutate()
    else if (LANGUAGE_ITEMS.some((item) => item.key === key)) chooseLanguage(key)
    else chooseTheme(key)
  }
  return (
    <Dropdown
      trigger={['click']}
      placement="bottomRight"
      menu={{
        items: [
          { key: 'identity', label: identity, disabled: true },
          { type: 'divider' },
          ...choices,
          { key: 'out', label: t.signOut, icon: <LogoutOutlined /> },
        ],
        onClick: ({ key }) => act(key),
      }}
    >
      <button type="button" className={styles.user} aria-label={`${t.account} ${me.name}`}>
        <span className={styles.face}>{[...me.name][0]}</span>
        {!phone && <span className={styles.who}>{me.name}</span>}
        {!phone && <DownOutlined style={{ fontSize: 10 }} />}
      </button>
    </Dropdown>
  )
}
