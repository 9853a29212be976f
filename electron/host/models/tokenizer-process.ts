/** The process in which a limited tokenizer works; run by limited-tokenizer.ts, with the tokenizer's file as argument. */
import { serveLimited } from '../../engine/limited-process.ts'
import type { Tokenizer } from '../../engine/tokenizer/index.ts'
import { enterStage, stageMemory } from '../../engine/tokenizer/stage.ts'
import { labelPair, labelsUnlessTooLong } from '../../pipeline/label/labels.ts'
import type { TokenizerCall } from './limited-tokenizer.ts'
import { openTokenizerAt } from './project-models.ts'

function answer(tokenizer: Tokenizer, call: TokenizerCall): unknown {
  switch (call.type) {
    case 'hash':
      return tokenizer.hash
    case 'encode':
      return tokenizer.encodeWithOffsets(call.text)
    case 'chats':
      return call.chats.map((messages) => tokenizer.encodeChat(messages, { addGenerationPrompt: true }))
    case 'label':
      return call.pairs.map(({ id, rejected, edited }) =>
        labelsUnlessTooLong(() => labelPair(tokenizer, id, rejected, edited)),
      )
  }
}

serveLimited(
  () => openTokenizerAt(String(process.argv[2])),
  (tokenizer, call) => {
    enterStage('definition')
    return answer(tokenizer, call as TokenizerCall)
  },
  stageMemory,
)
