import { BulbOutlined, MoonOutlined, SunOutlined, TranslationOutlined } from '@ant-design/icons'
import { Dropdown, type MenuProps } from 'antd'
import { common, isLocale, localePreference, useLocale, useMessages } from '@/i18n'
import { useStore } from '@/lib/store'
import { type ThemeChoice, themePreference, useMode } from '@/theme/mode'
import { IconButton } from '@/ui'

/** Each language in its own words, so that everybody finds theirs. */
export const LANGUAGE_ITEMS = [
  { key: 'zh-CN', label: '简体中文' },
  { key: 'en-US', label: 'English' },
]

export function chooseLanguage(key: string): void {
  if (isLocale(key)) localePreference.set(key)
}

export function useThemeItems(): NonNullable<MenuProps['items']> {
  const t = useMessages(common)
  return [
    { key: 'light', label: t.themeLight, icon: <SunOutlined /> },
    { key: 'dark', label: t.themeDark, icon: <MoonOutlined /> },
    { key: 'auto', label: t.themeAuto, icon: <BulbOutlined /> },
  ]
}

export function chooseTheme(key: string): void {
  themePreference.set(key as ThemeChoice)
}

export function LanguageSwitch() {
  const t = useMessages(common)
  const locale = useLocale()
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: LANGUAGE_ITEMS,
        selectable: true,
        selectedKeys: [locale],
        onClick: ({ key }) => chooseLanguage(key),
      }}
    >
      <IconButton size="large" label={t.language} icon={<TranslationOutlined />} />
    </Dropdown>
  )
}

export function ThemeSwitch() {
  const t = useMessages(common)
  const choice = useStore(themePreference)
  const mode = useMode()
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: useThemeItems(),
        selectable: true,
        selectedKeys: [choice],
        onClick: ({ key }) => chooseTheme(key),
      }}
    >
      <IconButton size="large" label={t.theme} icon={mode === 'dark' ? <MoonOutlined /> : <SunOutlined />} />
    </Dropdown>
  )
}
