import react from '@vitejs/plugin-react'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

/** Where `npm run dev` finds the API; `yichuan serve` listens there by default. */
const api = process.env.YICHUAN_API ?? 'http://127.0.0.1:8000'

/** Writes `name.js.gz` beside every script and style, so that the server need not compress. */
function precompress(): Plugin {
  return {
    name: 'precompress',
    apply: 'build',
    async writeBundle({ dir = '.' }, bundle) {
      const names = Object.keys(bundle).filter((name) => /\.(js|css|svg)$/.test(name))
      const compress = promisify<Buffer, { level: number }, Buffer>(gzip)
      await Promise.all(
        names.map(async (name) => {
          const file = join(dir, name)
          await writeFile(`${file}.gz`, await compress(await readFile(file), { level: 9 }))
        }),
      )
    },
  }
}

/** Addresses whose first visit matters most, and the modules that it begins with. */
const FIRST: Readonly<Record<string, readonly string[]>> = {
  'overview/live': ['/src/app/Shell.tsx', '/src/pages/overview/LivePage.tsx'],
}

/** Writes `address.html`: the page that names all these files, so that none waits for another. */
function begin(): Plugin {
  return {
    name: 'begin',
    apply: 'build',
    async writeBundle({ dir = '.' }, bundle) {
      const page = await readFile(join(dir, 'index.html'), 'utf8')
      for (const [address, modules] of Object.entries(FIRST)) {
        const links = new Set<string>()
        const add = (name: string) => {
          const chunk = bundle[name]
          const link = `<link rel="modulepreload" crossorigin href="/${name}">`
          if (chunk?.type !== 'chunk' || links.has(link)) return
          links.add(link)
          for (const css of chunk.viteMetadata?.importedCss ?? []) {
            links.add(`<link rel="preload" as="style" crossorigin href="/${css}">`)
          }
          chunk.imports.forEach(add)
        }
        for (const module of modules) {
          const chunk = Object.values(bundle).find((one) => one.type === 'chunk' && one.facadeModuleId?.endsWith(module))
          if (chunk === undefined) throw new Error(`no chunk of its own: ${module}`)
          add(chunk.fileName)
        }
        const fresh = [...links].filter((link) => !page.includes(/href="([^"]+)"/.exec(link)?.[1] ?? ''))
        await mkdir(dirname(join(dir, address)), { recursive: true })
        await writeFile(join(dir, `${address}.html`), page.replace('</head>', `${fresh.join('\n    ')}\n  </head>`))
      }
    },
  }
}

export default defineConfig({
  plugins: [react(), precompress(), begin()],
  resolve: { alias: { '@': new URL('./src', import.meta.url).pathname } },
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // React, the router and the query client change only with package.json: one file that a
        // browser keeps over our own releases. Ant Design stays with whoever uses each part of it.
        codeSplitting: {
          groups: [
            {
              name: 'vendor',
              test: /node_modules[\\/](react|react-dom|react-router|scheduler|@tanstack)[\\/]/,
            },
          ],
        },
      },
    },
  },
  // The code tables of `src/domain/codeTables.ts` lie outside of this folder.
  server: { fs: { allow: ['.', '../../tracking', '../../exceptions'] }, proxy: { '/api': api, '/healthz': api } },
  // Pure functions all of them, so that one process can run one file after the other.
  test: { environment: 'node', isolate: false, maxWorkers: 1, include: ['tests/**/*.test.{ts,tsx}'] },
})
