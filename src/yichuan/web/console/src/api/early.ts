declare global {
  interface Window {
    /** What `boot.js` asked before any of this code was here, by address. */
    yichuanAsked?: Partial<Record<string, Promise<Response>>>
  }
}

/** The answer to a question that was asked early; nobody gets it twice. */
export function takeEarly({ method, url }: Request): Promise<Response> | undefined {
  const { pathname, search } = new URL(url)
  const address = pathname + search
  const answer = method === 'GET' ? globalThis.window?.yichuanAsked?.[address] : undefined
  if (answer !== undefined) delete window.yichuanAsked?.[address]
  return answer
}
