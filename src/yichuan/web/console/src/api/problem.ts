import type { Locale } from '@/i18n'

/** RFC 9457 problem details as this API serves them. */
export interface ProblemDetails {
  type?: string
  title?: string
  title_zh?: string
  status?: number
  detail?: string
  code?: string
  /** One line per bad field of a refused form. */
  errors?: { field: string; message: string; kind: string }[]
}

export type ApiErrorKind = 'answered' | 'unreachable' | 'unreadable'

/**
 * Everything that can go wrong between a page and the API.
 * `answered`: the server said no (status, code and words are its own). `unreachable`: nothing came
 * back. `unreadable`: something came back that is not ours, a proxy's page for instance.
 */
export class ApiError extends Error {
  readonly kind: ApiErrorKind
  /** HTTP status; 0 when nothing came back. */
  readonly status: number
  readonly code: string
  readonly problem: ProblemDetails
  /** Whether this was a read: a failed read can always be repeated. */
  readonly safe: boolean

  constructor(kind: ApiErrorKind, status: number, problem: ProblemDetails, safe: boolean) {
    super(problem.detail ?? problem.title ?? problem.code ?? kind)
    this.name = 'ApiError'
    this.kind = kind
    this.status = status
    this.code = problem.code ?? (kind === 'answered' ? `http_${status}` : kind)
    this.problem = problem
    this.safe = safe
  }

  /** The server's short words in the reader's language, where it has them. */
  titleIn(locale: Locale): string | undefined {
    return (locale === 'zh-CN' ? this.problem.title_zh : undefined) ?? this.problem.title
  }
}

/** Trying again may help: nothing came back, the server was busy, or it stumbled. */
export function isTransient(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    (error.kind !== 'answered' || error.status === 429 || error.status >= 500)
  )
}

export function isProblemDetails(value: unknown): value is ProblemDetails {
  return typeof value === 'object' && value !== null && ('code' in value || 'title' in value)
}
