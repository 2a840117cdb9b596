import { App, ConfigProvider } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'
import { type ReactNode, useEffect, useLayoutEffect, useMemo } from 'react'
import { useLocale } from '@/i18n'
import { CALM, useMediaQuery } from '@/lib/useMediaQuery'
import { antdTheme } from './antdTheme'
import { applyMode } from './cssVariables'
import { useMode } from './mode'

/** A long title does not run under the button that closes the dialog. */
const MODAL = { styles: { header: { paddingInlineEnd: 24 } } }

/** Theme and language for everything under it, Ant Design and the date library included. */
export function ThemeProvider({ children }: { children: ReactNode }) {
  const mode = useMode()
  const locale = useLocale()
  const calm = useMediaQuery(CALM)
  const config = useMemo(() => antdTheme(mode, calm), [mode, calm])
  useLayoutEffect(() => applyMode(mode), [mode])
  useEffect(() => {
    document.documentElement.lang = locale
    dayjs.locale(locale === 'zh-CN' ? 'zh-cn' : 'en')
  }, [locale])
  return (
    <ConfigProvider
      theme={config}
      locale={locale === 'zh-CN' ? zhCN : enUS}
      button={{ autoInsertSpace: false }}
      wave={{ disabled: true }}
      modal={MODAL}
    >
      <App component={false} message={{ maxCount: 3 }} notification={{ maxCount: 3 }}>
        {children}
      </App>
    </ConfigProvider>
  )
}
