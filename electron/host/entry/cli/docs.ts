/** docs/CLI.md, made from the contract: `node electron/host/entry/cli/docs.ts` writes it anew. */
import path from 'node:path'
import { type Field, fieldsOf } from '../../../contract/fields.ts'
import { listVerbs, type Verb } from '../../../contract/verbs.ts'
import { writeFileAtomic } from '../../../engine/formats/atomic.ts'
import { defaultOf, flagsOf } from './program.ts'
import { serveSummary } from './serve-command.ts'

const head = `# The command line

\`npm run -s stet -- VERB …\` from the clone. This page is made from the contract (\`electron/contract/\`) by
\`node electron/host/entry/cli/docs.ts\`; \`stet VERB --help\` says the same.

Every verb takes \`--json\` (the result as one JSON document on stdout; progress goes to stderr) and \`--verbose\` (what
the native libraries say). Options that take several values take them by commas, or are given several times.
\`none\` stands for no value where the default says so.

Exit codes: 0 done; 2 bad usage or input; 130 stopped by Ctrl-C; 1 anything else. The first Ctrl-C pauses a run with a
checkpoint (\`stet resume\` goes on), the second ends it at once.
`

const serveRow = `| [serve](#serve) | ${serveSummary} |`

/** The one command that is no verb of the contract: it opens a door to it. */
const serveSection = `## serve

${serveSummary}

\`\`\`
stet serve [PROJECT] [options]

stet serve ferry.stet --port 0
\`\`\`

| | default | |
|---|---|---|
| \`[PROJECT]\` |  | Project folder to begin with. |
| \`--port <N>\` | \`7838\` | Port; 0 takes a free one. |
| \`--host <NAME>\` | \`127.0.0.1\` | Address to listen on; anything but loopback lets other machines in. |
| \`--json\` |  | Print the address as one JSON document. |

The printed address carries a token that the browser exchanges for a cookie; without it nothing is answered. Closing
the page stops nothing; Ctrl-C pauses what is running with a checkpoint.
`

export function cliDocs(): string {
  const verbs = listVerbs()
  const index = verbs.map((verb) => `| [${verb.name}](#${anchorOf(verb)}) | ${verb.summary} |`)
  return [head, '| verb | |', '|---|---|', ...index, serveRow, '', ...verbs.map(section), serveSection].join(
    '\n',
  )
}

function anchorOf(verb: Verb): string {
  return verb.name.replaceAll(' ', '-')
}

function section(verb: Verb): string {
  const fields = fieldsOf(verb.input)
  const positional = fields.filter((field) => field.positional !== null)
  const options = fields.filter((field) => field.positional === null)
  const usage = ['stet', verb.name, ...positional.map(argument), ...(options.length > 0 ? ['[options]'] : [])]
  const rows = [
    ...positional.map((field) => row([argument(field)], field)),
    ...options.map((field) => row(flagsOf(field), field)),
  ]
  return [
    `## ${verb.name}`,
    '',
    verb.summary,
    '',
    '```',
    usage.join(' '),
    '',
    ...verb.examples.map((example) => `stet ${example}`),
    '```',
    '',
    ...(rows.length > 0 ? ['| | default | |', '|---|---|---|', ...rows, ''] : []),
  ].join('\n')
}

function argument({ value, kind, required }: Field): string {
  const name = kind === 'texts' ? `${value}…` : value
  return required ? name : `[${name}]`
}

function row(names: string[], field: Field): string {
  const given = defaultOf(field)
  const choices = field.choices ? ` ${field.choices.map((choice) => `\`${choice}\``).join(', ')}.` : ''
  const needed = field.required && field.positional === null ? 'needed' : given && `\`${given}\``
  return `| ${names.map((name) => `\`${name}\``).join(', ')} | ${needed} | ${escapeCell(field.description + choices)} |`
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|')
}

if (import.meta.main) {
  await writeFileAtomic(path.resolve(import.meta.dirname, '../../../../docs/CLI.md'), [cliDocs()])
}
