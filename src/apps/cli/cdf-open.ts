import { SdcError } from '#error'
import type { Cdf, CdfOptions } from '#formats/cdf'
import { openCdfFile } from '#doors/cdf-node'

/** Opens a file, hands it to `action`, closes it; what is wrong with the file is told with its name. */
export async function withCdf<T>(path: string, action: (cdf: Cdf) => Promise<T>, options?: CdfOptions): Promise<T> {
  try {
    const cdf = await openCdfFile(path, options)
    try {
      return await action(cdf)
    } finally {
      await cdf.close()
    }
  } catch (error) {
    if (!(error instanceof SdcError) || !error.code.startsWith('cdf/') || error.message.includes(path)) throw error
    throw new SdcError(error.code, `${path}: ${error.message}`, { ...error.detail, path }, error)
  }
}
