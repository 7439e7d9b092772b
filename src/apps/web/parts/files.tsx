import type { JSX } from 'preact'
import type { FileEntry } from '#services/access'
import { formatAge, formatBytes, formatSecond, formatSpan } from '../words.ts'
import { downloadHref, fileHref } from './links.ts'

export const Padlock = (): JSX.Element => (
  <svg class="padlock" viewBox="0 0 12 14" width="10" height="12" role="img" aria-label="team only">
    <path d="M3 6V4a3 3 0 0 1 6 0v2M1.5 6h9v7h-9z" fill="none" stroke="currentColor" stroke-width="1.5" />
  </svg>
)

interface FileTableProps {
  readonly files: readonly FileEntry[]
  readonly now: number
  readonly caption: string
}

export const FileTable = ({ files, now, caption }: FileTableProps): JSX.Element => (
  <div class="wide">
    <table class="rows">
      <caption class="quiet">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">File</th>
          <th scope="col">Time, UTC</th>
          <th scope="col">Version</th>
          <th scope="col" class="num">
            Size
          </th>
          <th scope="col">Arrived</th>
          <th scope="col">
            <span class="quiet">Download</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {files.map(f => (
          <tr key={f.name}>
            <td class="mono named">
              <a href={fileHref(f.mission, f.name)}>{f.name}</a> {f.public ? null : <Padlock />}
            </td>
            <td class="time">{formatSpan(f.start, f.stop)}</td>
            <td>
              {f.versionText}
              {f.latest ? '' : ' (older)'}
            </td>
            <td class="num" title={`${f.size} bytes`}>
              {formatBytes(f.size)}
            </td>
            <td title={formatSecond(f.arrived)}>{formatAge(f.arrived, now)}</td>
            <td>
              <a href={downloadHref(f.mission, f.name)} download aria-label={`download ${f.name}`}>
                get
              </a>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
