import type { JSX } from 'preact'
import { fileHref, pictureHref, productHref } from '../parts/links.ts'
import type { Frame, Picture, QuicklookView } from '../view.ts'
import { formatDay, formatDayOfYear, formatSpan } from '../words.ts'

export const Quicklook = ({ frame, view }: { frame: Frame; view: QuicklookView }): JSX.Element => {
  const mission = frame.mission?.id ?? ''
  return (
    <>
      <div class="looker">
        <h1>
          {formatDay(view.day)} <span class="second">{formatDayOfYear(view.day)}</span>
        </h1>
        <p class="steps">
          <Step href={view.earlier} key_="earlier" text="← day before" />
          <Step href={view.later} key_="later" text="day after →" />
        </p>
        <nav aria-label="picture" class="choice">
          {view.products.length < 2
            ? null
            : view.products.map(p => (
                <a key={p.id} href={p.href} {...(p.chosen ? { 'aria-current': 'true' as const } : {})} title={p.title}>
                  {p.id}
                </a>
              ))}
        </nav>
        <nav aria-label="spacecraft" class="choice">
          {view.spacecraft.map((s, i) => (
            <a
              key={s.id}
              href={s.href}
              data-key={i + 1}
              {...(s.chosen ? { 'aria-current': 'true' as const } : {})}
              class={s.there ? '' : 'none'}
            >
              {s.title}
            </a>
          ))}
        </nav>
      </div>
      {view.main === undefined ? <Missing view={view} /> : <Shown picture={view.main} mission={mission} />}
      {view.strip.length < 2 ? null : (
        <ul class="strip" aria-label="pictures of this day">
          {view.strip.map(p => (
            <li key={p.file}>
              <a href={p.href} {...(p.chosen ? { 'aria-current': 'true' as const } : {})}>
                <img src={pictureHref(mission, p.dataset, p.partition)} loading="lazy" alt="" />{' '}
                {formatSpan(p.start, p.stop).replace(/^\d{4}-\d\d-\d\dT/, '')}
              </a>
            </li>
          ))}
        </ul>
      )}
      <h2>Days with pictures</h2>
      {view.days.length === 0 ? (
        <p>No picture of this kind yet.</p>
      ) : (
        <ul class="days">
          {view.days.map(d => (
            <li key={d.day}>
              <a
                href={`?day=${formatDay(d.day)}&product=${view.product}${chosenOf(view)}`}
                {...(d.day === view.day ? { 'aria-current': 'date' as const } : {})}
              >
                {formatDay(d.day)} <span class="second">{d.pictures}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
      <p class="second">
        Quicklook: for browsing, not for publication. Keys: <kbd>←</kbd> <kbd>→</kbd> day, <kbd>1</kbd> –{' '}
        <kbd>{Math.max(1, view.spacecraft.length)}</kbd> spacecraft.
      </p>
    </>
  )
}

const chosenOf = (view: QuicklookView): string => {
  const chosen = view.spacecraft.find(s => s.chosen)
  return chosen === undefined ? '' : `&sc=${chosen.id}`
}

const Step = ({ href, text, key_ }: { href: string | undefined; text: string; key_: string }): JSX.Element =>
  href === undefined ? (
    <span class="none">{text}</span>
  ) : (
    <a href={href} data-step={key_} rel={key_ === 'earlier' ? 'prev' : 'next'}>
      {text}
    </a>
  )

const Shown = ({ picture, mission }: { picture: Picture; mission: string }): JSX.Element => (
  <figure>
    <a href={fileHref(mission, picture.file)}>
      <img
        class="picture"
        src={pictureHref(mission, picture.dataset, picture.partition)}
        alt={`${picture.product.title}, ${picture.spacecraft}, ${formatSpan(picture.start, picture.stop)}`}
      />
    </a>
    <figcaption>
      {picture.product.title}, {picture.spacecraft.toUpperCase()}, {formatSpan(picture.start, picture.stop)}:{' '}
      <a href={fileHref(mission, picture.file)}>version {picture.version}, its data and lineage</a> ·{' '}
      <a href={productHref(mission, picture.product.slug)}>all of this kind</a> ·{' '}
      <a href={pictureHref(mission, picture.dataset, picture.partition)}>address of the newest</a>
    </figcaption>
  </figure>
)

const Missing = ({ view }: { view: QuicklookView }): JSX.Element => (
  <div class="placeholder">
    <p>
      {view.missing?.text ?? 'There is no picture of this day.'}{' '}
      {view.missing?.why === undefined ? null : <a href={view.missing.why}>why?</a>}
    </p>
  </div>
)
