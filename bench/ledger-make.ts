/**
 * Makes the ledger of eleven years that other benches ask, and leaves it on the disk. `node bench/ledger-make.ts [--files N] [--alone]
 * [--folder DIR]`: 11 million files with parents, cells and events in 600 s; `--files 110000000 --alone` by hand, where a disk has room.
 */
import { openLedger, readLedgerOptions } from './scale/open-ledger.ts'

const { server } = await openLedger(readLedgerOptions(), line => void process.stdout.write(`${line}\n`))
await server.stop()
