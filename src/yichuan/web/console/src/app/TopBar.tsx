import { MenuOutlined, QuestionCircleOutlined, SearchOutlined } from '@ant-design/icons'
import type { InputRef } from 'antd'
import { memo, useEffect, useRef, useState } from 'react'
import { createPortal } from 'react-dom'
import { Link } from 'react-router'
import type { Me } from '@/api/session'
import { useMessages } from '@/i18n'
import { keyWords, useHotkeys } from '@/keys'
import { useIsPhone } from '@/lib/useMediaQuery'
import { IconButton } from '@/ui'
import { AlertsBell } from './AlertsBell'
import { Brand } from './Brand'
import { ConnectionState } from './Connection'
import { GlobalSearch } from './GlobalSearch'
import searchStyles from './GlobalSearch.module.css'
import { LanguageSwitch, ThemeSwitch } from './Switches'
import styles from './TopBar.module.css'
import { UserMenu } from './UserMenu'
import { shellWords } from './words'

interface TopBarProps {
  me: Me
  onMenu: () => void
  onHelp: () => void
}

export const TopBar = memo(function TopBar({ me, onMenu, onHelp }: TopBarProps) {
  const t = useMessages(shellWords)
  const k = useMessages(keyWords)
  const phone = useIsPhone()
  const field = useRef<InputRef>(null)
  const [sheet, setSheet] = useState(false)
  const focus = () => (phone ? setSheet(true) : field.current?.focus())
  useHotkeys([
    { keys: '/', label: k.search, run: focus },
    { keys: 'mod+k', inField: true, run: focus },
    { keys: '?', label: k.help, run: onHelp },
  ])
  return (
    <header className={styles.bar}>
      {phone && <IconButton size="large" label={t.menu} icon={<MenuOutlined />} onClick={onMenu} />}
      {phone && (
        <Link to="/" className={styles.brand}>
          <Brand />
        </Link>
      )}
      {!phone && <GlobalSearch role={me.role} field={field} />}
      <div className={styles.right}>
        <ConnectionState quiet={phone} />
        {phone && <IconButton size="large" label={t.search} icon={<SearchOutlined />} onClick={focus} />}
        <AlertsBell phone={phone} />
        {!phone && <IconButton size="large" label={t.help} icon={<QuestionCircleOutlined />} onClick={onHelp} />}
        {!phone && <LanguageSwitch />}
        {!phone && <ThemeSwitch />}
        <UserMenu me={me} phone={phone} />
      </div>
      {phone && sheet && <SearchSheet me={me} onClose={() => setSheet(false)} />}
    </header>
  )
})

/** Search over the whole screen of a phone. */
function SearchSheet({ me, onClose }: { me: Me; onClose: () => void }) {
  const field = useRef<InputRef>(null)
  useEffect(() => field.current?.focus(), [])
  return createPortal(
    <div className={searchStyles.sheet}>
      <GlobalSearch role={me.role} field={field} onDone={onClose} />
    </div>,
    document.body,
  )
}
