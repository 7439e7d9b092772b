import type { JSX } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { Layout } from './layout.tsx'
import { Data } from './pages/data.tsx'
import { Failure } from './pages/failure.tsx'
import { File } from './pages/file.tsx'
import { Home } from './pages/home.tsx'
import { Job } from './pages/job.tsx'
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

/** One page per kind of view; the table must name them all. */
const pages: { readonly [Kind in View['page']]: (props: { frame: Frame; view: Extract<View, { page: Kind }> }) => JSX.Element } = {
  home: Home,
  data: Data,
  product: Product,
  file: File,
  quicklook: Quicklook,
  why: Why,
  ops: Ops,
  job: Job,
  failure: Failure,
}

const Page = ({ frame, view }: { frame: Frame; view: View }): JSX.Element => {
  const Chosen = pages[view.page] as (props: { frame: Frame; view: View }) => JSX.Element
  return <Chosen frame={frame} view={view} />
}
