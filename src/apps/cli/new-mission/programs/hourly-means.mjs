// A processing program: it is started in an empty folder, finds in the file named by APSIS_JOB what to read and what to write,
// and says by its exit code how it went: 0 made, 66 no data, 75 try again later, anything else failed.
import { readFileSync, writeFileSync } from 'node:fs'

const job = JSON.parse(readFileSync(process.env.APSIS_JOB, 'utf8'))
const output = job.outputs.find(file => file.role === 'table')

const hours = new Map()
for (const input of job.inputs.filter(file => file.role === 'readings'))
  for (const line of readFileSync(input.path, 'utf8').split('\n')) {
    const [time, value] = line.split(',')
    if (line.startsWith('#') || value === undefined) continue
    // Times are UTC text, so they compare as text; outputs stay inside the job's partition.
    if (time < job.partition.start || time >= job.partition.stop) continue
    const hour = time.slice(0, 13)
    const { sum, count } = hours.get(hour) ?? { sum: 0, count: 0 }
    hours.set(hour, { sum: sum + Number(value), count: count + 1 })
  }

if (hours.size === 0) {
  console.error(`no reading between ${job.partition.start} and ${job.partition.stop}`)
  process.exit(66)
}

const rows = [...hours]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([hour, { sum, count }]) => `${hour}:00Z,${(sum / count + job.parameters.offset).toFixed(2)},${count}`)
// The date comes from the job, never from the clock: so a remake is equal to the bit.
writeFileSync(
  output.name,
  [`# ${output.title}, version ${output.version}, made ${job.generationTime}`, '# hour,degC,readings', ...rows, ''].join('\n'),
)
console.log(JSON.stringify({ hours: hours.size, output: output.name }))
