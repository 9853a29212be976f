/**
 * The ids that begin a raw text: the part of tokenizer.json's post-processor before the text. It decides alone, as in
 * transformers 5, which drops "add_bos_token" of tokenizer_config.json if there is a tokenizer.json. What it adds after
 * the text is ignored, because a prompt is to be continued.
 */
import {
  at,
  isObject,
  type JsonObject,
  type JsonPlace,
  readArray,
  readId,
  readObject,
  refuse,
} from './json.ts'

/** @throws UserError on an unknown kind of post-processor */
export function readPrefix(value: unknown, place: JsonPlace): number[] {
  if (value === null || value === undefined) return []
  const config = readObject(value, place)
  switch (config.type) {
    case 'ByteLevel':
      return []
    case 'Sequence': {
      const listPlace = at(place, 'processors')
      const prefixes = readArray(config.processors, listPlace).map((step, i) =>
        readPrefix(step, at(listPlace, i)),
      )
      return prefixes.find((prefix) => prefix.length > 0) ?? [] // as in the library, the others change nothing
    }
    case 'TemplateProcessing':
      return readTemplatePrefix(config, place)
    case 'BertProcessing':
    case 'RobertaProcessing':
      return [readId(readArray(config.cls, at(place, 'cls'))[1], at(at(place, 'cls'), 1))]
    default:
      return refuse(
        at(place, 'type'),
        config.type,
        'only ByteLevel, TemplateProcessing, BertProcessing, RobertaProcessing and Sequence are supported. Use another tokenizer.',
      )
  }
}

function readTemplatePrefix(config: JsonObject, place: JsonPlace): number[] {
  const special = isObject(config.special_tokens) ? config.special_tokens : {}
  const prefix: number[] = []
  for (const [i, piece] of readArray(config.single, at(place, 'single')).entries()) {
    if (!isObject(piece) || !isObject(piece.SpecialToken)) break
    const name = String(piece.SpecialToken.id)
    const here = at(at(place, 'special_tokens'), name)
    const token = Object.hasOwn(special, name) ? readObject(special[name], here) : undefined
    if (token === undefined)
      refuse(at(at(place, 'single'), i), piece, 'its ids are not under "special_tokens".')
    for (const id of readArray(token.ids, at(here, 'ids'))) prefix.push(readId(id, at(here, 'ids')))
  }
  return prefix
}

/** The post-processor of a tokenizer that begins every text with one token. */
export function beginsWith(token: string, id: number): JsonObject {
  const special = { SpecialToken: { id: token, type_id: 0 } }
  const text = (name: string, type: number) => ({ Sequence: { id: name, type_id: type } })
  return {
    type: 'TemplateProcessing',
    single: [special, text('A', 0)],
    pair: [special, text('A', 0), { SpecialToken: { id: token, type_id: 1 } }, text('B', 1)],
    special_tokens: { [token]: { id: token, ids: [id], tokens: [token] } },
  }
}
