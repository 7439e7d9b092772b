import type { ComponentChildren, JSX } from 'preact'
import { dataHref, missionHref } from './parts/links.ts'
import type { Frame } from './view.ts'
import { formatDayOfYear, formatMoment } from './words.ts'

interface LayoutProps {
  readonly frame: Frame
  readonly title: string
  readonly children: ComponentChildren
}

export const Layout = ({ frame, title, children }: LayoutProps): JSX.Element => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{`${frame.simulated ? 'SIMULATED · ' : ''}${title} · ${frame.home}`}</title>
      <link rel="icon" href={`${frame.assets}/icon.svg`} type="image/svg+xml" />
      <link rel="preload" href={`${frame.assets}/inter.woff2`} as="font" type="font/woff2" crossOrigin="anonymous" />
      <link rel="stylesheet" href={`${frame.assets}/site.css`} />
      <script type="module" src={`${frame.assets}/site.js`} />
    </head>
    <body>
      <a class="skip" href="#main">
        to the content
      </a>
      {frame.simulated ? (
        <p class="simulated">
          <strong>SIMULATED</strong> <span>Every file and picture here was made by a simulator. Not for science.</span>
        </p>
      ) : null}
      <Bar frame={frame} />
      <main id="main">{children}</main>
      <Foot frame={frame} />
    </body>
  </html>
)

const Bar = ({ frame }: { frame: Frame }): JSX.Element => {
  const mission = frame.mission ?? frame.missions[0]
  const here = (href: string): { 'aria-current'?: 'page' } =>
    frame.path === href || frame.path.startsWith(`${href}/`) || frame.path.startsWith(`${href}?`) ? { 'aria-current': 'page' } : {}
  return (
    <header class="bar">
      <a class="brand" href="/" aria-label={`${frame.home}: home`}>
        <Mark /> {frame.home}
      </a>
      <nav aria-label="pages">
        {mission === undefined ? null : (
          <>
            <a href={dataHref(mission.id)} {...here(dataHref(mission.id))}>
              Data
            </a>
            <a href={`/${mission.id}/quicklook`} {...here(`/${mission.id}/quicklook`)}>
              Quicklook
            </a>
          </>
        )}
        <a href="/ops" {...here('/ops')}>
          Operations
        </a>
      </nav>
      <Missions frame={frame} />
      <span class="live" role="status">
        <button type="button" data-live={frame.mission?.id ?? ''} hidden />
      </span>
      <time class="clock" dateTime={new Date(frame.now).toISOString()} title={`day of year ${formatDayOfYear(frame.now)}`} data-clock>
        {formatMoment(frame.now)}
      </time>
      {frame.actor === undefined ? null : (
        <form class="who" method="post" action="/sign-out">
          <span title={`role ${frame.actor.role}`}>{frame.actor.name}</span> <button type="submit">sign out</button>
        </form>
      )}
    </header>
  )
}

const Missions = ({ frame }: { frame: Frame }): JSX.Element | null =>
  frame.missions.length < 2 ? null : (
    <nav class="missions" aria-label="missions">
      {frame.missions.map(m => (
        <a key={m.id} href={missionHref(m.id)} title={m.title} {...(m.id === frame.mission?.id ? { 'aria-current': 'true' } : {})}>
          {m.id.toUpperCase()}
        </a>
      ))}
    </nav>
  )

/** The orbit as a mark: an ellipse about a body, its apsides on one line. */
const Mark = (): JSX.Element => (
  <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
    <ellipse cx="10" cy="10" rx="8.6" ry="5.2" transform="rotate(-28 10 10)" fill="none" stroke="currentColor" stroke-width="1.4" />
    <circle cx="6" cy="12.1" r="2.2" fill="currentColor" />
    <circle cx="17.2" cy="5.7" r="1.5" class="sat" />
  </svg>
)

const Foot = ({ frame }: { frame: Frame }): JSX.Element => (
  <footer>
    <span>
      All times UTC. <a href="/api/v1/openapi.json">API</a> · <a href="/api/v1/status">status as JSON</a>
      {frame.mission === undefined ? null : (
        <>
          {' '}
          · <a href={`/${frame.mission.id}/sdc/public/files/api/v1/file_names/science`}>file list</a>
        </>
      )}
    </span>
    <span>Apsis</span>
  </footer>
)
