import type { JSX } from 'preact'
import type { WhyStep } from '#services/access'
import { dataHref, fileHref, productHref, whyHref } from '../parts/links.ts'
import { Code } from '../parts/snippets.tsx'
import { StateMark } from '../parts/state.tsx'
import type { Frame, WhyView } from '../view.ts'
import { formatAge, formatMoment, formatSpan } from '../words.ts'

export const Why = ({ frame, view }: { frame: Frame; view: WhyView }): JSX.Element => {
  const { why } = view
  const deepest = Math.max(...why.steps.map(s => s.depth))
  return (
    <>
      <p class="path">
        <a href={dataHref(why.mission)}>Data</a>
        {view.product === undefined ? null : (
          <>
            {' '}
            /{' '}
            <a class="mono" href={productHref(why.mission, view.product.slug)}>
              {view.product.id}
            </a>
          </>
        )}{' '}
        / why
      </p>
      <h1>
        <span class="mono">{why.dataset}</span> {why.partition}
      </h1>
      <p class="sentence">
        <StateMark shown={why.shown} />: {why.text}
      </p>
      <p class="second">
        {view.span === undefined ? null : formatSpan(view.span.start, view.span.stop)}
        {view.due === undefined ? null : `, due ${formatMoment(view.due)} (${formatAge(view.due, frame.now)})`}
        {view.file === undefined ? null : (
          <>
            ; newest file{' '}
            <a class="mono" href={fileHref(why.mission, view.file)}>
              {view.file}
            </a>
          </>
        )}
      </p>
      {why.steps.length < 2 ? null : (
        <section aria-labelledby="chain">
          <h2 id="chain">The chain to what it hangs on</h2>
          <ol class="chain">
            {why.steps.map(step => (
              <Step key={`${step.dataset} ${step.partition}`} step={step} mission={why.mission} root={step.depth === deepest} />
            ))}
          </ol>
        </section>
      )}
      <section aria-labelledby="ask">
        <h2 id="ask">The same from a terminal</h2>
        <Code
          text={`./apsis why ${why.dataset} ${why.partition}\ncurl '${frame.origin}/api/v1/why?mission=${why.mission}&dataset=${why.dataset}&partition=${why.partition}'`}
          name="the commands"
        />
      </section>
    </>
  )
}

const Step = ({ step, mission, root }: { step: WhyStep; mission: string; root: boolean }): JSX.Element => (
  <li class={root ? 'root' : ''} style={`--depth:${step.depth}`}>
    <p>
      <StateMark shown={step.shown} />{' '}
      <a class="mono" href={whyHref(mission, step.dataset, step.partition)}>
        {step.dataset} {step.partition}
      </a>
      {root ? <strong> root</strong> : null}
    </p>
    <p>{step.text}</p>
  </li>
)
