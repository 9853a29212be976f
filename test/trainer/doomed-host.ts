/** A host that starts a job which blocks its thread, prints the trainer's process id, and waits to be killed. */
import path from 'node:path'
import { silentHooks } from '../../electron/contract/events.ts'
import { TrainerClient } from '../../electron/host/trainer-client.ts'

const script = path.join(import.meta.dirname, 'fake-trainer.ts')
const client = new TrainerClient({ script, onOutput: () => {} })
await client.run<'generate'>(
  {
    kind: 'generate',
    model: 'block',
    prompts: ['x'],
    batchSize: 1,
    maxQueryTokens: 8,
    maxNewTokens: 8,
    temperature: 0,
    topK: 0,
    topP: 1,
    seed: 0,
    templateVariables: null,
    keepThinking: false,
  },
  { ...silentHooks(), emit: (event) => event.type === 'note' && process.send?.(event.sentence) },
)
