/** The projects, with how far each has got, and its best win rate; where each is on the disk only on demand. */
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type ProjectCard, ProjectStage, type ProjectSummary } from '../../electron/contract/projects.ts'
import { host } from '../app/connection.ts'
import { useKeys } from '../app/keys.ts'
import { queries } from '../app/queries.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Confirm } from '../ui/dialog.tsx'
import { bytesOf } from '../ui/format.ts'
import { Icon } from '../ui/icons.tsx'
import { Keys } from '../ui/keys.tsx'
import { Menu } from '../ui/menu.tsx'
import { Popover } from '../ui/popover.tsx'
import { RenameProject } from './dialogs.tsx'

interface TableProps {
  recent: readonly ProjectCard[]
  isOpening: boolean
  onOpen: (folder: string) => void
}

export function ProjectTable({ recent, isOpening, onOpen }: TableProps) {
  const [wanted, setWanted] = useState('')
  useKeys('Projects in the list', [
    { keys: '/', does: 'Find a project', run: () => document.getElementById('project-search')?.focus() },
  ])
  const shown = recent.filter(({ name, folder }) =>
    `${name} ${folder}`.toLowerCase().includes(wanted.toLowerCase()),
  )
  return (
    <section>
      <div className="row wrap between start-head">
        <h1 className="title">Projects</h1>
        <span className="input project-search">
          <Icon name="search" isSmall />
          <input
            id="project-search"
            type="search"
            aria-label="Find a project"
            placeholder="Find a project"
            value={wanted}
            onChange={({ target }) => setWanted(target.value)}
          />
          <Keys keys="/" isHidden />
        </span>
      </div>
      <table className="table project-table">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Progress</th>
            <th scope="col" className="r">
              Best win rate
            </th>
            <th scope="col" className="r">
              Last change
            </th>
            <th scope="col">
              <span className="unseen">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((project) => (
            <Row key={project.folder} project={project} isOpening={isOpening} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
      {shown.length === 0 && <p className="second">No project has this name.</p>}
    </section>
  )
}

function Row({
  project,
  isOpening,
  onOpen,
}: {
  project: ProjectCard
  isOpening: boolean
  onOpen: (folder: string) => void
}) {
  const { folder, name, exists, summary, changedAt } = project
  return (
    <tr>
      <td>
        <Button
          kind="quiet"
          className="opens project-name"
          disabled={!exists || isOpening}
          onClick={() => onOpen(folder)}
        >
          {name}
        </Button>
        <p className="quiet num">{exists ? summary && contentsOf(summary) : 'The folder is gone.'}</p>
      </td>
      <td>{summary && <Stages stages={summary.stages} />}</td>
      <td className="r medium">
        {typeof summary?.bestWinRate === 'number' ? `${summary.bestWinRate.toFixed(1)}%` : '–'}
      </td>
      <td className="r quiet">{changedAt && dayOf(changedAt)}</td>
      <td>
        <Actions project={project} />
      </td>
    </tr>
  )
}

function Actions({ project }: { project: ProjectCard }) {
  const [isRenaming, setRenaming] = useState(false)
  const [isAsking, setAsking] = useState(false)
  const forget = useMutation({
    mutationFn: () => host.projects.forget({ project: project.folder }),
    onSuccess: (remaining) => queries.setQueryData(['recent'], remaining),
  })
  return (
    <span className="acts">
      <Popover
        title="Folder"
        align="end"
        trigger={<IconButton icon="folder" label={`Show the folder of ${project.name}`} />}
      >
        <Folder project={project} />
      </Popover>
      <Menu
        align="end"
        trigger={<IconButton icon="more" label={`More about ${project.name}`} />}
        entries={[
          { text: 'Rename…', icon: 'rename', isDisabled: !project.exists, run: () => setRenaming(true) },
          { text: 'Remove from the list…', icon: 'remove', run: () => setAsking(true) },
        ]}
      />
      {isRenaming && <RenameProject project={project} onClose={() => setRenaming(false)} />}
      <Confirm
        open={isAsking}
        title={`Remove ${project.name} from the list?`}
        sentence="Its folder stays as it is. Open the folder again to bring it back."
        action="Remove from the list"
        onConfirm={() => forget.mutate()}
        onClose={() => setAsking(false)}
      />
    </span>
  )
}

function Folder({ project: { folder, exists } }: { project: ProjectCard }) {
  const { data: size } = useQuery({
    queryKey: ['size', folder],
    queryFn: () => host.projects.size({ project: folder }),
    enabled: exists,
  })
  return (
    <div className="col">
      <p className="code project-folder">{folder}</p>
      <div className="row between">
        <span className="quiet num">{size && bytesOf(size.bytes)}</span>
        <Button icon="copy" isSmall onClick={() => void navigator.clipboard?.writeText(folder)}>
          Copy the path
        </Button>
      </div>
    </div>
  )
}

const stageNames: Record<ProjectStage, string> = {
  data: 'Data',
  edits: 'Edits',
  reward: 'Reward model',
  policy: 'Policy',
  judged: 'Judged',
}

/** A bar for each stage, filled if it was reached, and the last one's name. */
function Stages({ stages }: { stages: readonly ProjectStage[] }) {
  const last = stages.at(-1)
  const names = stages.map((stage) => stageNames[stage])
  return (
    <span className="row stages">
      <span
        className="row"
        role="img"
        aria-label={names.length > 0 ? `Reached: ${names.join(', ')}` : 'Empty'}
      >
        {ProjectStage.options.map((stage) => (
          <i key={stage} className={stages.includes(stage) ? 'on' : ''} title={stageNames[stage]} />
        ))}
      </span>
      <span className="quiet">{last ? stageNames[last] : 'Empty'}</span>
    </span>
  )
}

const counted = (n: number, what: string) => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`

function contentsOf({ items, edited, left, runs }: ProjectSummary): string {
  const first =
    edited > 0
      ? `${edited.toLocaleString('en')} of ${(edited + left).toLocaleString('en')} edited`
      : counted(items, 'item')
  return [first, ...(runs > 0 ? [counted(runs, 'run')] : [])].join(' · ')
}

const dayMs = 86_400_000

/** `Today, 14:03`, `Yesterday`, `18 November`. */
function dayOf(iso: string): string {
  const date = new Date(iso)
  const today = new Date()
  if (date.toDateString() === today.toDateString())
    return `Today, ${date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })}`
  if (date.toDateString() === new Date(today.getTime() - dayMs).toDateString()) return 'Yesterday'
  const isThisYear = date.getFullYear() === today.getFullYear()
  return date.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: isThisYear ? undefined : 'numeric',
  })
}
