/** Starts or resumes a run of the counting trainer, in a process that may be killed: `PROJECT [RUN]`. */
import path from 'node:path'
import { createRouterClient } from '@orpc/server'
import { openHost } from '../../../electron/host/router.ts'

const [project = '', run] = process.argv.slice(2)
const script = path.resolve(import.meta.dirname, '../../trainer/fake-training-trainer.ts')
const lab = openHost({ script, onOutput: (line) => process.stderr.write(`${line}\n`) })
const client = createRouterClient(lab.router).verbs
const config = { epochs: 60, checkpointEvery: 4 }
const events = run
  ? await client.resume({ project, run })
  : await client['train sft']({ project, model: 'world', config })
for await (const event of events) if (event.type === 'step') process.stdout.write(`${event.step}\n`)
await lab.close()
