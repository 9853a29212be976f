"""Makes test/golden/printed.json: what Jinja2 prints for values that are not texts, with variables from JSON.

    python test/golden/make_printed.py
"""

import json
import platform
from pathlib import Path

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

VARIABLES = {
    "yes": True,
    "no": False,
    "nothing": None,
    "text": "it's",
    "list": [True, None, 1, "a", 'b"c', "it's", "both ' and \"", "tab\tnew\nline\\ é 😀 \u0085\u200b", [1, []]],
    "record": {"a": True, "b": {"c": None}, "it's": [False]},
    "empty": {},
    "n": 3,
    "half": 0.5,
}

TEMPLATES = [
    "{{ yes }} {{ no }} {{ nothing }} {{ n }} {{ half }} {{ absent }}|",
    "{{ list }}",
    "{{ record }} {{ empty }} {{ [] }}",
    "{{ (1, 'a') }} {{ [1.0, 2.5] }}",
    "{{ yes ~ '-' ~ no ~ nothing ~ n }} {{ text ~ list }}",
    "{{ yes | string }} {{ nothing | string }} {{ (list | string)[:20] }} {{ nothing | trim }} {{ record | trim | length }} {{ (yes | string).lower() }}",
    "{{ yes | trim }}{{ no | title }}",
    "{{ n > 2 }} {{ not yes }} {{ 'a' in text }} {{ text is string }} {{ yes and no }} {{ text or no }}",
    "{{ yes if n else no }} {{ no if n == 4 }}|",
    "{% if yes %}{{ yes }}{% else %}{{ no }}{% endif %}{% if no %}{% else %}{{ no }}{% endif %}",
    "{% for each in list %}{{ each }};{% endfor %}{% for each in [] %}{% else %}{{ yes }}{% endfor %}",
    "{% for key, value in record.items() %}{{ key }}={{ value }}{{ ',' if not loop.last }}{% endfor %}",
    "{% set x %}{{ yes }}{% endset %}{{ x ~ x }}{% set y = yes %}{{ y }}",
    "{% macro show(value, end='.') %}{{ value }}{{ end }}{% endmacro %}{{ show(yes) }}{{ show(nothing, end=no) }}",
    "{{ yes | tojson }} {{ nothing | tojson }} {{ list[:3] | tojson }} {{ record | tojson }}",
    "{{ yes | default('x') }} {{ absent | default(no) }} {{ list | length }} {{ list | first }} {{ list[1] }}",
    "{{ -n }} {{ n + half }} {{ n * 2 }} {{ text.upper() }} {{ text | upper }}",
]


if __name__ == "__main__":
    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
    env.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    cases = [dict(template=each, text=env.from_string(each).render(**VARIABLES)) for each in TEMPLATES]
    versions = dict(python=platform.python_version(), jinja2=jinja2.__version__)
    made = dict(script="test/golden/make_printed.py", versions=versions)
    content = json.dumps(dict(made=made, variables=VARIABLES, cases=cases), ensure_ascii=False, indent=1)
    (Path(__file__).parent / "printed.json").write_text(content + "\n", "utf-8")
