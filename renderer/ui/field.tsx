/** A labelled control with its unit, one sentence of help, its error, and a dot with a reset when it is not the default. */
import {
  Children,
  type ComponentProps,
  cloneElement,
  createContext,
  isValidElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useId,
} from 'react'
import { IconButton } from './button.tsx'
import { Icon } from './icons.tsx'
import './field.css'

interface FieldIds {
  label: string
  controlId: string
  labelId: string
  describedBy: string | undefined
  isInvalid: boolean
}

const FieldContext = createContext<FieldIds | null>(null)

/** What a control takes from the `Field` around it: its id, its label and its description. Empty outside of one. */
export function useFieldProps() {
  const field = useContext(FieldContext)
  if (field === null) return {}
  return {
    id: field.controlId,
    'aria-describedby': field.describedBy,
    'aria-invalid': field.isInvalid || undefined,
  } as const
}

/** The words of the label, for a control that hides the label itself while it is open. */
export function useFieldLabel(): string | undefined {
  return useContext(FieldContext)?.label
}

/** The id of the label around a control that is not labelled by `for`, such as a group of radio buttons. */
export function useFieldLabelId(): string | undefined {
  return useContext(FieldContext)?.labelId
}

interface FieldProps {
  label: string
  /** The tooltip of the label, such as the option of the command line. */
  tooltip?: string
  help?: ReactNode
  error?: string
  isOptional?: boolean
  /** Whether the value differs from its default. */
  isChanged?: boolean
  onReset?: () => void
  /** One control: of this folder, or a native one. */
  children: ReactNode
}

export function Field({
  label,
  tooltip,
  help,
  error,
  isOptional = false,
  isChanged = false,
  onReset,
  children,
}: FieldProps) {
  const id = useId()
  const describedBy = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(' ') || undefined
  const ids: FieldIds = {
    label,
    controlId: `${id}-control`,
    labelId: `${id}-label`,
    describedBy,
    isInvalid: error !== undefined,
  }
  return (
    <div className="field">
      <span className="field-name">
        <label id={ids.labelId} htmlFor={ids.controlId} title={tooltip}>
          {label}
        </label>
        {isOptional && <span className="optional">optional</span>}
        {isChanged && <ChangedDot />}
        {isChanged && onReset && (
          <IconButton icon="undo" label={`Reset ${label} to its default`} isSmall onClick={onReset} />
        )}
      </span>
      <FieldContext value={ids}>{withIds(children, ids)}</FieldContext>
      {help && (
        <span id={`${id}-help`} className="help">
          {help}
        </span>
      )}
      {error && (
        <span id={`${id}-error`} className="help bad" role="alert">
          <Icon name="warning" isSmall />
          {error}
        </span>
      )}
    </div>
  )
}

/** Beside the name of a setting. */
export function ChangedDot() {
  return (
    <span className="changed-dot" title="Differs from the default">
      <span className="unseen">changed</span>
    </span>
  )
}

/** Native controls read no context, so they get the ids directly. */
function withIds(children: ReactNode, { controlId, describedBy, isInvalid }: FieldIds): ReactNode {
  return Children.map(children, (child) => {
    if (!isValidElement(child) || typeof child.type !== 'string') return child
    if (!/^(input|select|textarea)$/.test(child.type)) return child
    return cloneElement(child as ReactElement<ComponentProps<'input'>>, {
      id: controlId,
      'aria-describedby': describedBy,
      'aria-invalid': isInvalid || undefined,
    })
  })
}

/** A line of text to fill in, with its unit inside. */
export function Input({
  unit,
  before,
  className = '',
  ...rest
}: ComponentProps<'input'> & {
  unit?: string
  /** Such as an icon. */
  before?: ReactNode
}) {
  return (
    <span className={`input ${className}`} data-disabled={rest.disabled || undefined}>
      {before}
      <input {...useFieldProps()} {...rest} />
      {unit && <span className="unit">{unit}</span>}
    </span>
  )
}

export function TextArea(props: ComponentProps<'textarea'>) {
  return <textarea rows={4} {...useFieldProps()} {...props} />
}
