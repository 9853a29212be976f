/** Where projects are, and how much space this one takes. */
import { useQuery } from '@tanstack/react-query'
import { host } from '../app/connection.ts'
import { useProject } from '../app/navigation.ts'
import { IconButton } from '../ui/button.tsx'
import { bytesOf } from '../ui/format.ts'
import { Problem } from '../ui/problem.tsx'
import { showToast } from '../ui/toast.tsx'
import { Group } from './group.tsx'

export function Storage() {
  const project = useProject()
  const { data: machine } = useQuery({
    queryKey: ['machine', project],
    queryFn: () => host.machine.now({ project }),
  })
  const { data: size, error } = useQuery({
    queryKey: ['size', project],
    queryFn: () => host.projects.size({ project }),
    staleTime: 60_000,
  })
  const free = machine?.diskFreeBytes ?? null
  return (
    <Group
      title="Storage"
      help="Everything stays on this machine. A project is a folder: copy it, and you have copied the work."
    >
      <Problem error={error} />
      <dl className="set-wide facts">
        <dt>This project</dt>
        <dd>
          <Path path={project} />
        </dd>
        <dt>Size</dt>
        <dd className="num">
          {size ? bytesOf(size.bytes) : 'Measuring…'}
          {free !== null && `, ${bytesOf(free)} free on this disk`}
        </dd>
        <dt>Backups</dt>
        <dd>
          <Path path={`${project}/backups`} />
          <span className="help">
            Of the database, at most one day apart: the newest three of today and one of each day before, ten
            in all.
          </span>
        </dd>
        <dt>New projects</dt>
        <dd>
          {machine && <Path path={machine.projectsFolder} />}
          <span className="help">STET_PROJECTS in the environment of Stet names another folder.</span>
        </dd>
      </dl>
    </Group>
  )
}

function Path({ path }: { path: string }) {
  const copy = async () => {
    await navigator.clipboard.writeText(path)
    showToast('Copied the path')
  }
  return (
    <span className="row">
      <span className="code cut" title={path}>
        {path}
      </span>
      <IconButton icon="copy" label={`Copy the path ${path}`} isSmall onClick={() => void copy()} />
    </span>
  )
}
