/** The host's side of a served model: sends rows to its trainer process and passes the replies of each row on. */
import { UserError } from '../../../contract/errors.ts'
import { silentHooks } from '../../../contract/events.ts'
import type { AskOf, ServeAsk, ServedModel, ServeReply } from '../../../contract/serving.ts'
import { Queue } from '../../queue.ts'
import type { TrainerClient } from '../../trainer-client.ts'

/** What a row is asked, before it has a number. */
export type RowAsk = Numberless<AskOf<'generate'>> | Numberless<AskOf<'score'>> | Numberless<AskOf<'reward'>>
type Numberless<Ask extends ServeAsk> = Omit<Ask, 'row'>

export type RowReply = Exclude<ServeReply, { type: 'ready' }>

export class ServedRows {
  readonly model: ServedModel
  /** Rejects if the process fails. */
  readonly end: Promise<unknown>
  readonly #trainer: Pick<TrainerClient, 'run' | 'ask'>
  readonly #rows: Map<number, Queue<RowReply>>
  #nextRow = 0
  #failure: Error | null = null

  /**
   * Opens a model in a separate process.
   * @param signal stops it
   * @throws UserError if the model cannot be opened
   */
  static async open(
    trainer: Pick<TrainerClient, 'run' | 'ask'>,
    folder: string,
    signal: AbortSignal,
  ): Promise<ServedRows> {
    const rows = new Map<number, Queue<RowReply>>()
    const ready = Promise.withResolvers<ServedModel>()
    const end = trainer.run<'serve'>({ kind: 'serve', model: folder }, silentHooks(signal), (reply) => {
      if (reply.type === 'ready') ready.resolve(reply.model)
      else rows.get(reply.row)?.push(reply)
    })
    end.catch(ready.reject)
    return new ServedRows({ model: await ready.promise, end, trainer, rows })
  }

  private constructor(parts: {
    model: ServedModel
    end: Promise<unknown>
    trainer: Pick<TrainerClient, 'run' | 'ask'>
    rows: Map<number, Queue<RowReply>>
  }) {
    this.model = parts.model
    this.end = parts.end
    this.#trainer = parts.trainer
    this.#rows = parts.rows
    const close = (failure: Error) => {
      this.#failure = failure
      for (const queue of this.#rows.values()) queue.close()
    }
    this.end.then(() => close(stopped()), close)
  }

  /** Rows that are not complete. */
  get count(): number {
    return this.#rows.size
  }

  /**
   * The replies to a row, to its last. Leaving them drops the row, as does the signal.
   * @throws UserError if the process ends before, or the signal is aborted
   */
  async *replies(ask: RowAsk, signal: AbortSignal): AsyncGenerator<RowReply, void> {
    if (this.#failure) throw this.#failure
    const row = this.#nextRow++
    const queue = new Queue<RowReply>()
    this.#rows.set(row, queue)
    const leave = () => queue.close()
    signal.addEventListener('abort', leave)
    let isComplete = signal.aborted
    if (isComplete) queue.close()
    try {
      if (!isComplete) this.#trainer.ask({ ...ask, row })
      for await (const reply of queue.read()) {
        isComplete = reply.type !== 'token'
        yield reply
        if (isComplete) return
      }
      throw this.#failure ?? new UserError('cancelled', 'The client has left.')
    } finally {
      signal.removeEventListener('abort', leave)
      this.#rows.delete(row)
      if (!isComplete) this.#trainer.ask({ type: 'drop', row })
    }
  }
}

function stopped(): UserError {
  return new UserError('unavailable', 'The server is stopping.')
}
