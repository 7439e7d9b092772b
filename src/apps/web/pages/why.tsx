import type { JSX } from 'preact'
import type { WhyLink } from '#services/pipeline'
import { dataHref, fileHref, jobHref, productHref, whyHref } from '../parts/links.ts'
import { Code } from '../parts/snippets.tsx'
import { StateMark } from '../parts/state.tsx'
import type { Frame, WhyView } from '../view.ts'
import { formatAge, formatMoment, formatNumberOf, formatPartition, formatSpan } from '../words.ts'

export const Why = ({ frame, view }: { frame: Frame; view: WhyView }): JSX.Element => {
  const { dataset, partition, why } = view
  const [first] = why.chain
  const api = `${frame.origin}/api/v1/why?mission=${why.mission}&dataset=${dataset}&partition=${partition}`
  return (
    <>
      <p class="path">
        <a href={dataHref(why.mission)}>Data</a>
        {view.product === undefined ? null : (
          <>
            {' / '}
            <a class="mono" href={productHref(why.mission, view.product.slug)}>
              {view.product.id}
            </a>
          </>
        )}
        {' / why'}
      </p>
      <h1>
        <span class="mono">{dataset}</span> {formatPartition(partition)}
      </h1>
      {first === undefined ? null : (
        <p class="sentence">
          <StateMark shown={first.state} />: {first.text}
        </p>
      )}
      <p class="second">
        {view.span === undefined ? null : formatSpan(view.span.start, view.span.stop)}
        {view.due === undefined ? null : `, due ${formatMoment(view.due)} (${formatAge(view.due, frame.now)})`}
        {view.file === undefined ? null : (
          <>
            {'; newest file '}
            <a class="mono" href={fileHref(why.mission, view.file)}>
              {view.file}
            </a>
          </>
        )}
      </p>
      {why.chain.length < 2 ? null : (
        <section aria-labelledby="chain">
          <h2 id="chain">The chain to what it hangs on</h2>
          <ol class="chain">
            {why.chain.map((link, depth) => (
              <Link
                key={`${link.dataset} ${link.partition}`}
                link={link}
                mission={why.mission}
                depth={depth}
                root={depth === why.chain.length - 1}
              />
            ))}
          </ol>
          {why.sharedBy > 0 ? (
            <p class="second">{formatNumberOf(why.sharedBy, 'other expectation shares', 'other expectations share')} this root.</p>
          ) : null}
        </section>
      )}
      {why.chain.length === 1 && why.sharedBy > 0 ? (
        <p class="second">{formatNumberOf(why.sharedBy, 'other expectation hangs', 'other expectations hang')} on it.</p>
      ) : null}
      <section aria-labelledby="ask">
        <h2 id="ask">The same from a terminal</h2>
        <Code text={`./apsis why ${dataset} ${partition}\ncurl '${api}'`} name="the commands" />
      </section>
    </>
  )
}

interface LinkProps {
  readonly link: WhyLink
  readonly mission: string
  readonly depth: number
  readonly root: boolean
}

const Link = ({ link, mission, depth, root }: LinkProps): JSX.Element => (
  <li class={root ? 'root' : ''} style={`--depth:${depth}`}>
    <p>
      <StateMark shown={link.state} />{' '}
      <a class="mono" href={whyHref(mission, link.dataset, link.partition)}>
        {link.dataset} {formatPartition(link.partition)}
      </a>
      {root ? <strong> root</strong> : null}
      {link.alsoBlamed > 0 ? <span class="second"> and {link.alsoBlamed} more beside the next</span> : null}
    </p>
    <p>
      {link.text}
      {link.job === undefined ? null : (
        <>
          {' · '}
          <a href={jobHref(link.job)}>job {link.job}</a>
        </>
      )}
    </p>
  </li>
)
