/** docs/CLI.md, generated from the contract: `node native/bootstrap.mjs electron/host/entry/cli/docs.ts` writes it. */
import path from 'node:path'
import { type Field, fieldsOf } from '../../../contract/fields.ts'
import { listVerbs, type Verb } from '../../../contract/verbs.ts'
import { writeFileAtomic } from '../../../engine/formats/atomic.ts'
import { defaultOf, flagsOf } from './program.ts'
import { serveSummary } from './serve-command.ts'

const head = `# The command line

Run \`npm run -s stet -- VERB …\` in the clone. This page is generated from the contract (\`electron/contract/\`) by
\`node native/bootstrap.mjs electron/host/entry/cli/docs.ts\`; \`stet VERB --help\` shows the same.

Every verb accepts \`--json\` (print the result as one JSON document on stdout; progress goes to stderr) and
\`--verbose\` (show the output of the native libraries). List options accept comma-separated values or can be repeated.
Pass \`none\` to unset a nullable option.

Exit codes: 0 success; 2 bad usage or input; 130 stopped by Ctrl-C; 1 any other failure. The first Ctrl-C pauses a run
with a checkpoint (resume it with \`stet resume\`); the second ends the process at once.
`

const serveRow = `| [serve](#serve) | ${serveSummary} |`

/** The one command that is not a verb of the contract. */
const serveSection = `## serve

${serveSummary}

\`\`\`
stet serve [PROJECT] [options]

stet serve ferry.stet --port 0
\`\`\`

| | default | |
|---|---|---|
| \`[PROJECT]\` |  | Project to open first. |
| \`--port <N>\` | \`7838\` | Port; 0 chooses a free one. |
| \`--host <NAME>\` | \`127.0.0.1\` | Address to listen on; any address other than loopback is reachable from other machines. |
| \`--json\` |  | Print the address as one JSON document. |

The printed address contains a token, which the browser exchanges for a cookie; requests without it are refused.
Closing the browser does not stop running jobs. Ctrl-C pauses active training runs with a checkpoint.
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
  const defaultText = defaultOf(field)
  const choices = field.choices ? ` ${field.choices.map((choice) => `\`${choice}\``).join(', ')}.` : ''
  const defaultCell =
    field.required && field.positional === null ? 'required' : defaultText && `\`${defaultText}\``
  return `| ${names.map((name) => `\`${name}\``).join(', ')} | ${defaultCell} | ${escapeCell(field.description + choices)} |`
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|')
}

if (import.meta.main) {
  await writeFileAtomic(path.resolve(import.meta.dirname, '../../../../docs/CLI.md'), [cliDocs()])
}
