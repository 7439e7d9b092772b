import { Command, InvalidArgumentError, Option } from 'commander'
import { wholeNumber } from './options.ts'
import { decodeFile } from './packets-decode.ts'
import { listPackets } from './packets-list.ts'
import { showPackets } from './packets-show.ts'
import { splitFile } from './packets-split.ts'
import { tellStatistics } from './packets-stat.ts'

const octets = wholeNumber(0, 2 ** 31 - 1)

function apidList(text: string): readonly number[] {
  const list = text.split(',').map(Number)
  if (list.every(apid => Number.isInteger(apid) && apid >= 0 && apid <= 2047)) return list
  throw new InvalidArgumentError('APIDs from 0 to 2047 are needed, like 1052,1068.')
}

/** A command on one file, with the options that say how packets lie in it. */
const onFile = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .argument('<file>')
    .option('--prefix <octets>', 'ground header before each packet', octets, 0)
    .option('--suffix <octets>', 'octets behind each packet', octets, 0)
    .option('--file-header <octets>', 'octets before the first packet', octets, 0)
    .option('--packet-version <number>', 'version number that headers must have', wholeNumber(0, 7), 0)
    .option('--apid <list>', 'only these APIDs; others are stepped over', apidList)
    .addOption(new Option('--frames <kind>', 'the file holds transfer frames with packets in them').choices(['tm', 'aos']))
    .option('--frame-length <octets>', 'size of a frame without marker and trailer', octets)
    .option('--sync-marker', 'each frame has 1ACFFC1D before it', false)
    .option('--trailer <octets>', 'parity behind each frame', octets, 0)
    .option('--insert-zone <octets>', 'AOS: insert zone of each frame', octets, 0)
    .option('--frame-crc', 'frames end with error control: check it', false)

const withDefinition = (command: Command): Command =>
  command
    .option('--xtce <definition>', 'packet definition: XTCE, or a CSV table of fields for the one APID of --apid')
    .option('--root <container>', 'container that every packet starts as (default: found out)')
    .addOption(new Option('--size-tags <unit>', 'what size tags of strings count (default: bits)').choices(['bits', 'octets']))
    .option('--integer-word <word=coding...>', 'what an integer encoding means that XTCE does not have, like signed=unsigned')

/** `apsis packets …`: needs no home. Faults of a file are one sentence and exit code 2. */
export function packetsCommand(): Command {
  const packets = new Command('packets').description('Look into CCSDS packet files, split and decode them. Needs no running data center.')
  // A reader that has enough (head) closes the pipe: that is no fault.
  packets.hook(
    'preAction',
    () => void process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1)),
  )
  packets.addCommand(
    withDefinition(onFile('ls', 'List the APIDs of a file: packets, octets, sequence counts, what is missing.'))
      .option('--json', 'for programs', false)
      .action(listPackets),
  )
  packets.addCommand(
    withDefinition(onFile('show', 'Show single packets: header and octets, or with a definition all values.'))
      .option('--first <packet>', 'first packet to show, from 0', octets, 0)
      .option('-n, --count <packets>', 'how many', octets, 1)
      .option('--json', 'for programs', false)
      .action(showPackets),
  )
  packets.addCommand(
    withDefinition(onFile('stat', 'Say what is remarkable: gaps, disorder, duplicates, garbage, each with its place.'))
      .option('--time <parameter>', 'report gaps of this parameter (seconds) as well; needs a definition')
      .option('--crc', 'check the packet error control in the last two octets', false)
      .option('-n, --most <problems>', 'how many of each kind to list', octets, 10)
      .option('--json', 'for programs', false)
      .action(tellStatistics),
  )
  packets.addCommand(
    onFile('split', 'Write the packets of each APID into a file of their own, apidNNNNN.tlm.')
      .argument('<folder>')
      .option('--force', 'replace files that are there', false)
      .action(splitFile),
  )
  packets.addCommand(
    withDefinition(onFile('decode', 'Write the values of packets, one row per packet, columns named by parameter.'))
      .option('--container <name>', 'the kind of packet; needed when there are several')
      .option('--values <side>', 'engineering, raw or both', 'engineering')
      .option('--format <name>', 'csv, json (one object a line) or cdf', 'csv')
      .option('-o, --output <file>', 'write there instead of to the terminal; needed for cdf')
      .option('--time <parameter>', 'cdf: parameter of seconds that makes Epoch')
      .option('--time-zero <utc>', 'cdf: moment at which that parameter is 0', '1958-01-01T00:00:00Z')
      .action(decodeFile),
  )
  return packets.addHelpText(
    'after',
    `
Examples: apsis packets ls day.pkts
          apsis packets stat day.pkts --xtce mission.xml --time SHCOARSE
          apsis packets show day.pkts --xtce mission.xml --first 100
          apsis packets split day.pkts by-apid
          apsis packets decode day.pkts --xtce mission.xml --container HK > hk.csv
          apsis packets decode day.pkts --xtce mission.xml --format cdf -o hk.cdf --time SHCOARSE --time-zero 2010-01-01T00:00:00Z`,
  )
}
