import { createBrowserRouter, type RouteObject } from 'react-router'
import { AREAS } from './areas'
import { AreaGate, Home, NotFound, PageError } from './pages'
import { Splash } from './Splash'

/** The component gallery exists while developing only; a build leaves it out. */
const gallery: RouteObject[] = import.meta.env.DEV
  ? [{ path: '/gallery/:part?', lazy: () => import('@/gallery/GalleryPage') }]
  : []

const areas: RouteObject[] = AREAS.map((area) => ({
  path: area.path,
  element: <AreaGate area={area} />,
  ErrorBoundary: PageError,
  children: area.routes,
}))

/** The whole console's routes; made once, in `main.tsx`. */
export function createRouter() {
  return createBrowserRouter([
    {
      HydrateFallback: Splash,
      ErrorBoundary: PageError,
      children: [
        { path: '/login', lazy: () => import('@/auth/LoginPage') },
        {
          lazy: () => import('./Shell'),
          children: [
            {
              ErrorBoundary: PageError,
              children: [
                ...(AREAS.some(({ path }) => path === '/') ? [] : [{ index: true, Component: Home }]),
                ...areas,
                ...gallery,
                { path: '*', Component: NotFound },
              ],
            },
          ],
        },
      ],
    },
  ])
}
