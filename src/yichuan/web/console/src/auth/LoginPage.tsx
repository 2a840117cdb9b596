import { useMutation, useQuery } from '@tanstack/react-query'
import { Alert, Button, Input } from 'antd'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import { Navigate, useSearchParams } from 'react-router'
import { ApiError } from '@/api/problem'
import { queryClient } from '@/api/queryClient'
import { meQuery, signIn } from '@/api/session'
import { Mark } from '@/app/Brand'
import { LanguageSwitch, ThemeSwitch } from '@/app/Switches'
import { common, defineMessages, useLocale, useMessages } from '@/i18n'
import { useTitle } from '@/lib/useTitle'
import { errorTitle } from '@/ui/errorText'
import styles from './LoginPage.module.css'
import { safeNext } from './next'

const LoginArt = lazy(() => import('./LoginArt'))

const words = defineMessages(
  {
    title: '登录',
    hint: '使用平台或商家分配的账号',
    username: '账号',
    password: '密码',
    submit: '登录',
    wrong: '账号或密码不对，请检查后再试。',
    claim: '每一个包裹，都有着落',
    claimMore: '从下单到签收，一个标准，处处可见：谁在运、到哪了、几时到、出了事谁来办。',
    licence: '开源软件，Apache-2.0 许可',
  },
  {
    title: 'Sign in',
    hint: 'With the account your platform or merchant gave you',
    username: 'Account',
    password: 'Password',
    submit: 'Sign in',
    wrong: 'Wrong account or password. Check both and try again.',
    claim: 'Every parcel accounted for',
    claimMore:
      'One standard from order to signature, all of it in sight: who carries it, where it is, when it comes, and who acts when something goes wrong.',
    licence: 'Open source, Apache-2.0',
  },
)

export function Component() {
  const t = useMessages(words)
  const c = useMessages(common)
  const [params] = useSearchParams()
  const me = useQuery(meQuery)
  useTitle(t.title, c.product)
  if (me.data) return <Navigate to={safeNext(params.get('next'))} replace />
  return (
    <div className={styles.page}>
      <section className={styles.art}>
        <Suspense>
          <LoginArt className={styles.map} />
        </Suspense>
        <span className={styles.brand}>
          <Mark size={36} /> {c.productLong}
        </span>
        <div className={styles.claim}>
          <h2>{t.claim}</h2>
          <p>{t.claimMore}</p>
        </div>
      </section>
      <main className={styles.side}>
        <div className={styles.switches}>
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
        <div className={styles.middle}>
          <LoginForm />
        </div>
        <p className={styles.foot}>
          {c.productLong} · {t.licence}
        </p>
      </main>
    </div>
  )
}

function LoginForm() {
  const t = useMessages(words)
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const enter = useMutation({
    mutationFn: () => signIn(username.trim(), password),
    onSuccess: () => queryClient.fetchQuery({ ...meQuery, staleTime: 0 }),
  })
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        enter.mutate()
      }}
    >
      <div className={styles.mark}>
        <Mark size={44} />
      </div>
      <h1>{t.title}</h1>
      <p className={styles.hint}>{t.hint}</p>
      {enter.isError && <Refusal error={enter.error} />}
      <Field label={t.username}>
        <Input
          size="large"
          autoFocus
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
          value={username}
          onChange={(event) => setUsername(event.target.value)}
        />
      </Field>
      <Field label={t.password}>
        <Input.Password
          size="large"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </Field>
      <Button type="primary" size="large" htmlType="submit" block loading={enter.isPending}>
        {t.submit}
      </Button>
    </form>
  )
}

function Field({ label, children }: { label: string; children: ReactNode }) {
  return (
    <label className={styles.field}>
      <span className={styles.label}>{label}</span>
      {children}
    </label>
  )
}

function Refusal({ error }: { error: Error }) {
  const t = useMessages(words)
  const locale = useLocale()
  const refused = error instanceof ApiError && [401, 403].includes(error.status)
  return (
    <Alert
      className={styles.problem}
      type="error"
      showIcon
      role="alert"
      title={refused ? t.wrong : errorTitle(error, locale)}
    />
  )
}
