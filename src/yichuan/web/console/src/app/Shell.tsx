import { MenuFoldOutlined, MenuUnfoldOutlined } from '@ant-design/icons'
import { Drawer } from 'antd'
import { lazy, memo, Suspense, useCallback, useEffect, useState } from 'react'
import { Link, Outlet, ScrollRestoration, useLocation, useNavigate } from 'react-router'
import { watchConnection } from '@/api/connection'
import { queryClient } from '@/api/queryClient'
import type { Role } from '@/api/session'
import { useMe } from '@/auth/useMe'
import { useMessages } from '@/i18n'
import { keyWords, useHotkeys } from '@/keys'
import { createPreference } from '@/lib/storage'
import { useStore } from '@/lib/store'
import { useIsPhone } from '@/lib/useMediaQuery'
import { watchStream } from '@/live'
import { IconButton, PageSkeleton } from '@/ui'
import { areasFor, useAreaName } from './areas'
import { Brand } from './Brand'
import { Nav } from './Nav'
import { Progress } from './Progress'
import { RequireSession } from './RequireSession'
import styles from './Shell.module.css'
import { TopBar } from './TopBar'
import { shellWords } from './words'

const HelpOverlay = lazy(() => import('@/keys/HelpOverlay'))

const narrowPreference = createPreference<boolean>('narrow-menu', false, (stored) =>
  typeof stored === 'boolean' ? stored : null,
)

export function Component() {
  return (
    <RequireSession>
      <Shell />
    </RequireSession>
  )
}

/** Menu, top bar and the page. */
function Shell() {
  const t = useMessages(shellWords)
  const me = useMe()
  const phone = useIsPhone()
  const narrow = useStore(narrowPreference)
  const [menu, setMenu] = useState(false)
  const [help, setHelp] = useState(false)
  useEffect(() => watchConnection(() => void queryClient.invalidateQueries()), [])
  useEffect(watchStream, [])
  useGoKeys()
  const openMenu = useCallback(() => setMenu(true), [])
  const closeMenu = useCallback(() => setMenu(false), [])
  const openHelp = useCallback(() => setHelp(true), [])

  return (
    <div className={`${styles.shell} ${narrow ? styles.narrow : ''}`}>
      <a href="#content" className={styles.skip}>
        {t.skip}
      </a>
      <Progress />
      <OnMove run={closeMenu} />
      {phone ? (
        <Drawer
          open={menu}
          onClose={closeMenu}
          placement="left"
          size={280}
          title={<Brand />}
          styles={{ body: { padding: 0 } }}
        >
          <Nav role={me.role} onGo={closeMenu} />
        </Drawer>
      ) : (
        <Side role={me.role} narrow={narrow} />
      )}
      <div className={styles.main}>
        <TopBar me={me} onMenu={openMenu} onHelp={openHelp} />
        <main id="content" tabIndex={-1} className={styles.content}>
          <Suspense fallback={<PageSkeleton />}>
            <Outlet />
          </Suspense>
        </main>
      </div>
      {help && (
        <Suspense>
          <HelpOverlay open onClose={() => setHelp(false)} />
        </Suspense>
      )}
      <ScrollRestoration getKey={(location) => location.pathname} />
    </div>
  )
}

/** The menu at the left, which can be folded to pictures. */
const Side = memo(function Side({ role, narrow }: { role: Role; narrow: boolean }) {
  const t = useMessages(shellWords)
  return (
    <aside className={styles.side}>
      <Link to="/" className={styles.brand}>
        <Brand narrow={narrow} />
      </Link>
      <Nav role={role} narrow={narrow} />
      <IconButton
        className={styles.fold}
        size="large"
        label={narrow ? t.expand : t.collapse}
        icon={narrow ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}
        onClick={() => narrowPreference.set(!narrow)}
      />
    </aside>
  )
})

/** `g` and a letter goes to an area. */
function useGoKeys(): void {
  const k = useMessages(keyWords)
  const { role } = useMe()
  const nameOf = useAreaName(role)
  const navigate = useNavigate()
  useHotkeys(
    areasFor(role).flatMap((area) =>
      area.go === undefined
        ? []
        : [{ keys: `g ${area.go}`, label: nameOf(area), group: k.goTo, run: () => void navigate(area.path) }],
    ),
  )
}

/** Runs when another page is opened. By itself: the shell is not drawn anew with every address. */
function OnMove({ run }: { run: () => void }) {
  const { pathname } = useLocation()
  useEffect(run, [pathname, run])
  return null
}
