/** Where to go after signing in: only inside this console, whatever the link says. */
export function safeNext(next: string | null): string {
  if (next === null || !next.startsWith('/') || /^\/[/\\]/.test(next) || next.startsWith('/login')) return '/'
  return next
}
