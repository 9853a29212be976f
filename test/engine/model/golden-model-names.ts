/** The golden models of every family, each a folder of test/golden. */
export const goldenModelNames: readonly string[] = [
  'llama-tied',
  'llama-untied',
  'llama3-rope',
  'qwen2',
  'gpt2',
  'phi3',
  'phi3-long',
  'granite',
  'gpt-neox',
  'gpt-neox-serial',
  'gpt-neo',
  'qwen3',
  'mistral',
  'gemma3',
  'smollm3',
  'olmo2',
]
