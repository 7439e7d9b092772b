import type { FileView } from '#apps/web'
import type { Mission } from '#domain/mission'
import { findCell, findJob, hideInAttempt, hideInCell, hideInJob, listChildren, listParents, searchFiles } from '#services/access'
import type { FileEntry } from '#services/access'
import type { PageAsk } from './frame.ts'
import { traceLineage } from './lineage.ts'
import { nameOfProduct, snippetsFor } from './names.ts'

export async function viewFile(ask: PageAsk, mission: Mission, file: FileEntry): Promise<FileView> {
  const { db } = ask.parts
  const { dataset, partition } = file
  const versions = await searchFiles(db, { mission: mission.id, dataset, partition, versions: true, limit: 200 }, ask.sight)
  const found = file.job === null ? undefined : await findJob(db, file.job)
  const cell = await findCell(db, mission.id, { dataset, partition }, ask.now)
  const product = nameOfProduct(mission, file.product)
  const process = mission.processes.find(p => p.id === found?.job.process)
  return {
    page: 'file',
    title: product.title,
    file,
    product,
    versions,
    lineage: await traceLineage(db, file, ask.sight),
    parents: (await listParents(db, file.id, ask.sight)).map(p => ({
      role: p.role,
      name: p.name,
      held: p.file !== undefined,
      ...(p.hidden === undefined ? {} : { hidden: `${p.hidden.dataset} ${p.hidden.partition}` }),
    })),
    children: (await listChildren(db, file.id, ask.sight)).flatMap(c => (c.name === undefined ? [] : [{ role: c.role, name: c.name }])),
    ...(found === undefined
      ? {}
      : {
          made: {
            job: hideInJob(mission, found.job, ask.sight),
            process: process?.title ?? found.job.process,
            attempts: found.attempts.map(a => hideInAttempt(mission, a, ask.sight)),
          },
        }),
    ...(cell === undefined ? {} : { cell: hideInCell(mission, cell, ask.sight) }),
    picture: file.name.endsWith('.png'),
    snippets: await snippetsFor(mission, ask.origin, file),
    cite: citation(ask, mission, file, product.title),
  }
}

function citation(ask: PageAsk, mission: Mission, file: FileEntry, title: string): string {
  const today = new Date(ask.now).toISOString().slice(0, 10)
  const what = `${mission.title}, ${title}, ${file.dataset}, version ${file.versionText}, ${file.partition}`
  const simulated = file.simulated ? ' Simulated data: not for publication.' : ''
  return `${what}. sha256 ${file.sha256}. ${ask.origin}/${mission.id}/file/${file.name}, accessed ${today}.${simulated}`
}
