/** The version, the first steps, and the way back to the defaults. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { host } from '../app/connection.ts'
import { GuideList } from '../app/guide.tsx'
import { useProject } from '../app/navigation.ts'
import { resetSettings } from '../app/settings.ts'
import { dismissGuide, showGuide, useGuide } from '../app/use-guide.ts'
import { Button } from '../ui/button.tsx'
import { Confirm } from '../ui/dialog.tsx'
import { Keys } from '../ui/keys.tsx'
import { showToast } from '../ui/toast.tsx'
import { Group } from './group.tsx'

export function GettingStarted() {
  const project = useProject()
  const { isShown } = useGuide(project)
  return (
    <Group title="Getting started">
      <div className="set-wide col">
        <GuideList project={project} />
        <p className="second">
          To use your own data, drop a file in Data <Keys keys="g d" />. To compare a trained model with its
          base, chat with both in Models <Keys keys="g m" />.
        </p>
        <div>
          {isShown ? (
            <Button onClick={dismissGuide}>Dismiss guide</Button>
          ) : (
            <Button onClick={() => showGuide(project)}>Show the next step above every view</Button>
          )}
        </div>
      </div>
    </Group>
  )
}

export function About() {
  const { data: machine } = useQuery({ queryKey: ['machine', null], queryFn: () => host.machine.now({}) })
  const [isAsking, setAsking] = useState(false)
  const reset = () => {
    resetSettings()
    showToast('Settings are back at their defaults')
  }
  return (
    <Group title="About">
      <dl className="set-wide facts">
        <dt>Stet</dt>
        <dd className="num">{machine ? `Version ${machine.version}` : 'Asking…'}</dd>
        <dt>Licence</dt>
        <dd>Apache 2.0</dd>
        <dt>Network</dt>
        <dd>Stet works offline; it contacts only the server that you name above.</dd>
      </dl>
      <div className="set-wide">
        <Button icon="retry" onClick={() => setAsking(true)}>
          Reset all settings…
        </Button>
      </div>
      <Confirm
        open={isAsking}
        title="Reset all settings?"
        sentence="Appearance, reading text, marks, annotating and servers go back to their defaults. Your name and your projects stay."
        action="Reset all settings"
        keep="Keep them"
        onConfirm={reset}
        onClose={() => setAsking(false)}
      />
    </Group>
  )
}
