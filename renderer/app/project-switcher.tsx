/** The menu of the rail that goes to another project, or to all of them. */
import { useQuery } from '@tanstack/react-query'
import { Menu } from '../ui/menu.tsx'
import { host } from './connection.ts'
import { goTo, goToProjects } from './navigation.ts'
import { SwitcherButton } from './project-switcher-button.tsx'

const maxProjects = 8

export function ProjectSwitcher({ project, name }: { project: string; name: string }) {
  const { data: recent } = useQuery({ queryKey: ['recent'], queryFn: () => host.projects.recent({}) })
  const others = (recent ?? []).filter(({ exists }) => exists).slice(0, maxProjects)
  return (
    <Menu
      trigger={<SwitcherButton name={name} />}
      entries={[
        {
          group: 'Projects',
          actions: others.map(({ folder, name: other }) => ({
            text: other,
            isChecked: folder === project,
            run: () => goTo(folder, 'data'),
          })),
        },
        'line',
        { text: 'All projects', icon: 'list', run: goToProjects },
      ]}
    />
  )
}
