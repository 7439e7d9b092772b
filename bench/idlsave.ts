/** IDL save files: reading and writing against moving the same bytes. `node bench/idlsave.ts` */
import { array, readSave, struct, writeSave } from '#formats/idlsave'
import { compareCost, report } from './cdf-files.ts'

const RUNS = 5
const numbers = Float64Array.from({ length: 4_000_000 }, (_, i) => Math.sin(i))
const field = { variables: [{ name: 'X', value: array('double', numbers) }] }
const bytes = writeSave(field)
/** Turning the words of big-endian numbers round is the least that any reader does. */
const swap = (): void => void Buffer.from(bytes.slice(0, numbers.byteLength)).swap64()

report('reads an array of 32 MB', await compareCost(RUNS, () => readSave(bytes), swap), 1.5)
report('writes it', await compareCost(RUNS, () => writeSave(field), swap), 2)

const ROWS = 100_000
const rows = {
  variables: [
    {
      name: 'R',
      value: struct(
        {
          start: array('long', new Int32Array(ROWS), []),
          b: array('float', new Float32Array(3 * ROWS), [3]),
          status: array(
            'string',
            Array.from({ length: ROWS }, (_, i) => `HELD ${i}`),
            [],
          ),
        },
        'SEGMENT',
        [ROWS],
      ),
    },
  ],
}
const table = writeSave(rows)
const decoder = new TextDecoder()
/** The least for text: as many short strings decoded from bytes. */
const decode = (): void => {
  for (let i = 0; i < ROWS; i++) decoder.decode(table.subarray(2000 + 32 * i, 2010 + 32 * i))
}
report('reads 100,000 structures, one string in each', await compareCost(RUNS, () => readSave(table), decode), 3)
report('writes them', await compareCost(RUNS, () => writeSave(rows), decode), 6)
