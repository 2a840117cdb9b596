import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { RouterProvider } from 'react-router/dom'
import { queryClient } from '@/api/queryClient'
import { meQuery } from '@/api/session'
import { createRouter } from '@/app/router'
import { ThemeProvider } from '@/theme/ThemeProvider'
import '@/theme/global.css'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')

// Who is signed in is asked while the code of the first page is on its way.
void queryClient.prefetchQuery(meQuery)
const router = createRouter()

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <ThemeProvider>
        <RouterProvider router={router} />
      </ThemeProvider>
    </QueryClientProvider>
  </StrictMode>,
)
