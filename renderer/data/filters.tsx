/** Above the table: the search, two small selects, and a chip for each further filter, which removes it. */
import type { ProjectOverview } from '../../electron/contract/projects.ts'
import { type Search, usePlace } from '../app/navigation.ts'
import { useSearchText } from '../app/use-search-text.ts'
import { Button } from '../ui/button.tsx'
import '../ui/field.css'
import { Icon } from '../ui/icons.tsx'
import { Keys } from '../ui/keys.tsx'
import { Menu, type MenuEntry } from '../ui/menu.tsx'
import { type Option, Select } from '../ui/select.tsx'
import { itemStates, ratioBands, splitNames } from './words.ts'

export function Filters({ overview }: { overview: ProjectOverview | undefined }) {
  const [place, change] = usePlace()
  return (
    <>
      <ItemSearch />
      <Select
        label="Dataset"
        options={datasetOptions(overview, place.dataset)}
        value={place.dataset ?? ''}
        onChange={(dataset) => change({ dataset: dataset || undefined })}
      />
      <Select
        label="State"
        options={[
          { value: '', text: 'Any state' },
          ...Object.entries(itemStates).map(([value, { text, icon }]) => ({ value, text, icon })),
        ]}
        value={place.state ?? ''}
        onChange={(state) => change({ state: state || undefined })}
      />
      <Menu
        trigger={
          <Button kind="quiet" icon="filter">
            Filter
          </Button>
        }
        entries={moreFilters(overview, place, change)}
      />
      <Chips />
    </>
  )
}

function datasetOptions(overview: ProjectOverview | undefined, chosen: string | undefined): Option<string>[] {
  const datasets = overview?.datasets ?? []
  const options = datasets.map(({ id, name, items }) => ({
    value: id,
    text: name,
    help: `${items.toLocaleString('en')} ${items === 1 ? 'item' : 'items'}`,
  }))
  const isUnknown =
    chosen !== undefined && overview !== undefined && !datasets.some(({ id }) => id === chosen)
  return [
    { value: '', text: 'All datasets' },
    ...options,
    ...(isUnknown ? [{ value: chosen, text: 'Unknown dataset' }] : []),
  ]
}

/** What each value of a further filter is called, by its name in the address. */
function filterGroups(overview: ProjectOverview | undefined) {
  return [
    { name: 'split', title: 'Set', values: Object.entries(splitNames) },
    {
      name: 'ratio',
      title: 'Edit ratio',
      values: Object.entries(ratioBands).map(([value, { text }]): [string, string] => [value, text]),
    },
    {
      name: 'annotator',
      title: 'Annotator',
      values: (overview?.annotators ?? []).map((annotator): [string, string] => [annotator, annotator]),
    },
  ]
}

function moreFilters(
  overview: ProjectOverview | undefined,
  place: Search,
  change: (some: Search) => void,
): MenuEntry[] {
  return filterGroups(overview)
    .filter(({ values }) => values.length > 0)
    .map(({ name, title, values }) => ({
      group: title,
      actions: values.map(([value, text]) => ({
        text,
        isChecked: place[name] === value,
        run: () => change({ [name]: place[name] === value ? undefined : value }),
      })),
    }))
}

function Chips() {
  const [place, change] = usePlace()
  const chips = [
    { name: 'split', text: place.split && `${splitNames[place.split as 'train'] ?? place.split} set` },
    { name: 'ratio', text: place.ratio && (ratioBands[place.ratio]?.text ?? place.ratio) },
    { name: 'annotator', text: place.annotator && `By ${place.annotator}` },
  ]
  return chips.map(
    ({ name, text }) =>
      text && (
        <button
          key={name}
          type="button"
          className="badge chip"
          aria-label={`Remove the filter: ${text}`}
          onClick={() => change({ [name]: undefined })}
        >
          {text}
          <Icon name="close" isSmall />
        </button>
      ),
  )
}

function ItemSearch() {
  const [place, change] = usePlace()
  const [text, setText] = useSearchText(
    place.q ?? '',
    (next) => change({ q: next || undefined }, { replace: true }),
    0,
  )
  return (
    <span className="input data-search">
      <Icon name="search" isSmall />
      <input
        id="item-search"
        type="search"
        aria-label="Search items"
        placeholder="Search texts, ids and metadata"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <Keys keys="/" isHidden />
    </span>
  )
}
