/** The report's style sheet: system fonts, light and dark by the reader's setting, and print. */
import { figureRules, figureVariables, sans } from './figure-style.ts'

export const style = `
:root {
  color-scheme: light dark;
  ${figureVariables.light}
  --raised: #f6f6f3; --hair: #e1e1dc;
  --accent: #0b62a8; --warn-back: #fdf3e2; --warn-edge: #d98a1f;
  --above: #6fb1e4; --below: #f2a35e;
  --sans: ${sans};
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    ${figureVariables.dark}
    --raised: #1e2125; --hair: #33373d;
    --accent: #7cbcf0; --warn-back: #2c2416; --warn-edge: #d98a1f;
    --above: #2f6fa5; --below: #a85c1c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.55 var(--sans); font-feature-settings: "cv11", "ss03"; text-rendering: optimizeLegibility;
}
main { max-width: 1120px; margin: 0 auto; padding: 56px 32px 96px; }
h1, h2, h3, h4 { line-height: 1.25; font-weight: 620; text-wrap: balance; }
h1 { font-size: 34px; letter-spacing: -0.022em; margin: 6px 0 14px; }
h2 { font-size: 20px; letter-spacing: -0.012em; margin: 64px 0 6px; padding-top: 20px; border-top: 1px solid var(--hair); }
h3 { font-size: 15px; margin: 28px 0 6px; }
h4 { font-size: 12.5px; margin: 0 0 4px; color: var(--soft); font-weight: 550; }
p { margin: 0 0 10px; max-width: 74ch; }
.eyebrow { color: var(--soft); font-size: 13px; margin: 0; }
.eyebrow b { color: var(--ink); font-weight: 600; }
.finding { font-size: 17px; line-height: 1.5; }
.about { color: var(--soft); font-size: 14px; }
.facts { display: flex; flex-wrap: wrap; gap: 4px 28px; margin: 22px 0 0; padding: 0; font-size: 13px; }
.facts dt { color: var(--soft); display: inline; margin-right: 6px; }
.facts dd { display: inline; margin: 0; font-variant-numeric: tabular-nums; }
nav { margin-top: 22px; display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 13px; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
a:focus-visible, summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 2px; }
.caveat, .warnings { background: var(--warn-back); border-left: 3px solid var(--warn-edge); padding: 12px 18px; margin: 22px 0; }
.caveat { font-size: 17px; font-weight: 560; }
.warnings ul { margin: 4px 0 0; }
code, .text, pre { font-family: var(--mono); }
code { font-size: 0.9em; }

.scroll { overflow-x: auto; margin: 14px 0; }
table { border-collapse: collapse; font-size: 13.5px; font-variant-numeric: tabular-nums; }
.rates, .games, .meters { min-width: 100%; }
th { font-weight: 550; text-align: left; }
thead th { color: var(--soft); font-size: 12px; font-weight: 500; line-height: 1.3; vertical-align: bottom; padding: 0 10px 6px; border-bottom: 1px solid var(--hair); }
tbody td, tbody th { padding: 6px 10px; border-bottom: 1px solid var(--grid); vertical-align: middle; }
tr > :first-child { padding-left: 0; } tr > :last-child { padding-right: 0; }
.number { text-align: right; white-space: nowrap; } .number small { white-space: normal; } thead .number { white-space: normal; }
.strong { font-weight: 650; font-size: 15px; } .quiet { color: var(--soft); } .none { color: var(--soft); }
.name { min-width: 150px; max-width: 300px; } .name small { display: block; color: var(--soft); font-weight: 400; font-size: 12px; line-height: 1.35; }
.arm { display: inline-flex; align-items: center; gap: 8px; overflow-wrap: anywhere; }
.reference th, .reference td { color: var(--soft); border-bottom: 0; }
.rates tbody td.plot { padding: 0 6px; } .rates thead .plot { padding: 0 6px 2px; }
.games { min-width: 0; } .games td { min-width: 98px; padding: 5px 12px; } .games thead th { max-width: 130px; }
.games small, .rates td small { display: block; font-size: 11px; opacity: 0.82; }
.games td.game, .token { --tint: transparent; background: color-mix(in oklab, var(--tint) calc(var(--strength, 0) * 100%), transparent); }
.above { --tint: var(--above) !important; } .below { --tint: var(--below) !important; }
.games tr > :last-child { padding-right: 12px; }
.meter i { display: block; height: 3px; margin: 2px 0 0 auto; background: var(--color, var(--soft)); opacity: 0.75; border-radius: 2px; }
.meters td { min-width: 84px; }

.bar { display: block; } .swatch { width: 20px; height: 12px; flex: none; }
${figureRules}
.chart { display: block; width: 100%; height: auto; overflow: visible; }
figure { margin: 14px 0; } figcaption { font-size: 13px; margin-bottom: 8px; font-weight: 550; }
figcaption small { display: block; font-weight: 400; color: var(--soft); font-size: 12px; line-height: 1.4; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr)); gap: 12px 40px; }
.many { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(300px, 100%), 1fr)); gap: 14px 34px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 22px; font-size: 13px; margin: 12px 0; padding: 0; list-style: none; }
.legend li { display: flex; align-items: center; gap: 8px; }
details { margin: 8px 0; font-size: 13px; } summary { cursor: pointer; color: var(--soft); width: fit-content; }
summary:hover { color: var(--ink); }
details table { font-size: 12.5px; } details .scroll { max-height: 360px; overflow-y: auto; }
pre { font-size: 12px; line-height: 1.5; background: var(--raised); padding: 14px 16px; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }

.prompted { margin: 18px 0 26px; } .prompt { font-weight: 550; white-space: pre-wrap; overflow-wrap: anywhere; unicode-bidi: isolate; margin-bottom: 8px; }
.sides, .outputs { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(300px, 100%), 1fr)); gap: 14px 28px; }
.text { font-size: 13px; line-height: 1.95; white-space: pre-wrap; overflow-wrap: anywhere; max-width: none; margin: 0; unicode-bidi: isolate; }
.token { padding: 2px 0; border-radius: 2px; }
.struck { text-decoration: line-through; text-decoration-thickness: 1.5px; } .added { text-decoration: underline; text-decoration-thickness: 2px; text-underline-offset: 4px; }
.scale { display: flex; flex-wrap: wrap; align-items: center; gap: 2px; font-size: 12px; color: var(--soft); max-width: none; }
.scale .token { color: var(--ink); padding: 2px 9px; border-radius: 0; font-variant-numeric: tabular-nums; min-width: 50px; text-align: center; }
.scale > span:first-child { margin-right: 6px; } .scale .key { margin-left: 18px; } .scale .key .token { padding: 0; min-width: 0; }
.scale > span:not(.token):not(.key):not(:first-child) { margin-left: 6px; }
.output { border-left: 2px solid var(--color); padding-left: 12px; } .output .text { line-height: 1.6; }
.output h4 { display: flex; gap: 10px; justify-content: space-between; color: var(--ink); } .output h4 em { color: var(--soft); font-style: normal; font-weight: 400; }
.ledger { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr)); gap: 8px 48px; }
.ledger table { width: 100%; } .ledger .scroll { margin: 6px 0; } .ledger td { overflow-wrap: anywhere; } .hash { font-family: var(--mono); font-size: 11.5px; color: var(--soft); }
.notes { padding-left: 18px; max-width: 96ch; margin: 4px 0; } .notes li { margin: 2px 0; }
header p.about { margin: 14px 0 0; } footer { margin-top: 56px; color: var(--soft); font-size: 12.5px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

@media print {
  :root { --paper: #fff; }
  @page { margin: 14mm; }
  body { font-size: 10.5pt; } main { padding: 0; max-width: none; }
  nav, details:not([open]) { display: none; } h2 { margin-top: 28px; }
  .scroll { overflow: visible; max-height: none !important; } .rates { zoom: 0.76; } .meters, .games { zoom: 0.88; }
  .pair { grid-template-columns: 1fr 1fr; gap: 12px 24px; } .many { grid-template-columns: 1fr 1fr 1fr; gap: 8px 20px; }
  figure, .output, tr, .heat, .warnings, .caveat { break-inside: avoid; } h2, h3, .about, .legend, .prompt { break-after: avoid; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`
