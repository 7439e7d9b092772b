/** A thread that verifies contents: the other end of `startVerifyThreads`. */
import { parentPort } from 'node:worker_threads'
import { SdcError } from '#error'
import { verifiers } from './index.ts'
import type { Told } from './threads.ts'
import type { Subject } from './verified.ts'

const tell = (told: Told): void => parentPort?.postMessage(told, [])

parentPort?.on('message', (subject: Subject) => {
  verifiers[subject.rules.format](subject).then(
    verified => tell({ verified }),
    (error: unknown) => {
      // A class of our own does not survive the way between threads.
      const { code, message, detail } = error instanceof SdcError ? error : new SdcError('', String((error as Error).stack ?? error))
      tell({ refused: { code, message, detail: JSON.stringify(detail, plain) } })
    },
  )
})

const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value)
