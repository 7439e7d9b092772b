import type { JSX } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { Layout } from './layout.tsx'
import { Data } from './pages/data.tsx'
import { Failure } from './pages/failure.tsx'
import { File } from './pages/file.tsx'
import { Home } from './pages/home.tsx'
import { Ops } from './pages/ops.tsx'
import { Product } from './pages/product.tsx'
import { Quicklook } from './pages/quicklook.tsx'
import { Why } from './pages/why.tsx'
import type { Frame, View } from './view.ts'

/** A whole page as HTML text. */
export const renderPage = (frame: Frame, view: View): string =>
  `<!doctype html>${renderToString(
    <Layout frame={frame} title={view.title}>
      <Page frame={frame} view={view} />
    </Layout>,
  )}`

const Page = ({ frame, view }: { frame: Frame; view: View }): JSX.Element => {
  switch (view.page) {
    case 'home':
      return <Home frame={frame} view={view} />
    case 'data':
      return <Data frame={frame} view={view} />
    case 'product':
      return <Product frame={frame} view={view} />
    case 'file':
      return <File frame={frame} view={view} />
    case 'quicklook':
      return <Quicklook frame={frame} view={view} />
    case 'why':
      return <Why frame={frame} view={view} />
    case 'ops':
      return <Ops frame={frame} view={view} />
    case 'failure':
      return <Failure view={view} />
  }
}
