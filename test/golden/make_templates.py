"""Makes test/golden/templates.json: expressions with Python's string methods as Jinja evaluates them, and chats by
templates with thinking blocks and variables as transformers renders them.

    python -m venv V && V/bin/pip install transformers==5.23.0 jinja2==3.1.6
    V/bin/python test/golden/make_templates.py
"""

import json
import platform
import random
from pathlib import Path

import jinja2
import transformers
from jinja2.sandbox import ImmutableSandboxedEnvironment
from transformers.utils.chat_template_utils import render_jinja_template

TEXTS = [
    *["", " ", "\n", "\n\n b \n", "  two  words ", "a,b,,c", ",a,", "<think>\nx\n</think>\n\n b", "MiXed Case-word", "it's O'Neil"],
    *["straße ÀÉ", "😀 x😀y ", "x\u0085y\u001cz\ufeff", "\ufeffbom\ufeff", "l1\nl2\r\nl3\u2028l4\x0bl5\n", "abcabc", "aXbXc", "42"],
    *["-7", "²٣", "editor (the) [best] {one} <tag>", "ab\u00a0cd", "éa é", "ÿ\x1f\x1e"],
]

ARGUMENTS = dict(
    strip=["", "'\\n'", "'\\n b'", "'a,'", "none", "''", "chars_"],
    lstrip=["", "'\\n'", "' \\n'", "'a,'", "none", "'😀 '"],
    rstrip=["", "'\\n'", "' \\n'", "'c,'", "none", "'</think>'"],
    split=["", "','", "none, 1", "',', 1", "'</think>'", "' ', 2", "maxsplit=1", "sep=',', maxsplit=1", "none, 0", "'X', -1"],
    rsplit=["", "','", "none, 1", "',', 1", "'ab', 1", "maxsplit=1", "'X', 1"],
    splitlines=["", "true", "keepends=true"],
    partition=["','", "'</think>'", "'X'"],
    rpartition=["','", "'</think>'", "'X'"],
    replace=["'a', 'b'", "'a', 'b', 1", "'', '-'", "'abc', ''", "'b', '$&'", "'a', 'b', 0", "'', '-', 2"],
    removeprefix=["'a'", "''", "'\\n'"],
    removesuffix=["'c'", "''", "' '"],
    startswith=["'a'", "('x', 'a')", "'b', 1", "'b', 1, 2", "''", "'c', -1"],
    endswith=["'c'", "('x', 'c')", "'b', 1", "'b', 0, 2", "''"],
    find=["'b'", "'b', 2", "'b', 2, 4", "''", "'x', 2", "'c', -2"],
    rfind=["'b'", "'b', 2", "'b', 0, 2", "''", "'x'"],
    count=["'a'", "''", "'ab', 1", "'a', 0, 3"],
    upper=[""],
    lower=[""],
    title=[""],
    capitalize=[""],
    swapcase=[""],
    center=["9", "10, '*'", "3"],
    ljust=["9", "10, '*'"],
    rjust=["9", "10, '*'"],
    zfill=["5"],
    isspace=[""],
    isalpha=[""],
    isdecimal=[""],
    isupper=[""],
    islower=[""],
    join=["['a', 'b', '']", "'xyz'", "[]"],
)

EXPRESSIONS = [
    *[f"text.{method}({given})" for method, all in ARGUMENTS.items() for given in all if given != "chars_"],
    *["text | trim", "text | trim('\\n')", "text | trim | title", "text | title", "text | capitalize", "text | trim | trim"],
    "text.strip().split('</think>')[-1].lstrip('\\n').upper()",
    "(text ~ 'x').rstrip('x').strip('\\n') | trim",
    "text.split('\\n') | join('|')",
    "{'key': text.lstrip('\\n')}['key']",
    "text if text.startswith('a') and text.endswith('c') else text.rstrip()",
]


def environment():
    env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"])
    env.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    return env


def expression_cases():
    env = environment()
    for expression in EXPRESSIONS:
        template = env.from_string("{{ (" + expression + ") | tojson }}")
        yield dict(expression=expression, results=[template.render(text=text) for text in TEXTS])


# In the manner of reasoning models: earlier thoughts are dropped, and a variable switches thinking off.
SWITCH = r"""{%- if system is defined and system -%}<|im_start|>system
{{ system }}<|im_end|>
{% endif -%}
{%- for message in messages %}
{%- set content = message.content %}
{%- if message.role == 'assistant' and '</think>' in content %}
{%- set thought = content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}
{%- set content = content.split('</think>')[-1].lstrip('\n') %}
{%- if loop.last %}{%- set content = '<think>\n' + thought.strip('\n') + '\n</think>\n\n' + content %}{%- endif %}
{%- endif %}
<|im_start|>{{ message.role }}
{{ content }}<|im_end|>
{% endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
{% if enable_thinking is defined and enable_thinking is false %}<think>

</think>

{% endif %}{% endif -%}"""

MODE = r"""{%- if enable_thinking is not defined -%}{%- set enable_thinking = true -%}{%- endif -%}
{%- set mode = '/think' if enable_thinking else '/no_think' -%}
<|im_start|>system
Reasoning Mode: {{ mode }}
{% for name in features | default([]) %}Tool: {{ name }}
{% endfor -%}
{%- for key, value in (options | default({})).items() %}{{ key }}={{ value }}
{% endfor -%}<|im_end|>
{% for message in messages -%}
<|im_start|>{{ message.role }}
{{ message.content.lstrip('\n') if enable_thinking else '<think>\n\n</think>\n' + message.content.lstrip('\n') }}<|im_end|>
{% endfor -%}
{%- if add_generation_prompt -%}<|im_start|>assistant
{{ '' if enable_thinking else '<think>\n\n</think>\n' }}{%- endif -%}"""

VARIABLES = [
    {},
    dict(enable_thinking=False),
    dict(enable_thinking=True),
    dict(enable_thinking=False, system="Be kind."),
    dict(features=["search", "edit"], options=dict(depth=2, strict="yes")),
]

CONVERSATIONS = [
    ([("user", "a")], True),
    ([("user", "a"), ("assistant", " b "), ("user", "c")], True),
    ([("user", "a"), ("assistant", "<think>\n\nwhy\n\n</think>\n\n b "), ("user", "c")], True),
    ([("user", "a"), ("assistant", "<think>\nwhy\n</think>\n\nb\n")], False),
    ([("user", "\n\na"), ("assistant", "\n\n b ")], False),
]


def chat_cases(template):
    for variables in VARIABLES:
        for turns, prompt in CONVERSATIONS:
            messages = [dict(role=role, content=content) for role, content in turns]
            rendered, _ = render_jinja_template(
                conversations=[messages], chat_template=template, add_generation_prompt=prompt, **variables
            )
            yield dict(messages=messages, addGenerationPrompt=prompt, variables=variables, text=rendered[0])


if __name__ == "__main__":
    versions = dict(python=platform.python_version(), jinja2=jinja2.__version__, transformers=transformers.__version__)
    templates = [dict(template=each, chats=list(chat_cases(each))) for each in (SWITCH, MODE)]
    content = dict(
        made=dict(script="test/golden/make_templates.py", versions=versions),
        texts=TEXTS,
        expressions=list(expression_cases()),
        templates=templates,
    )
    path = Path(__file__).parent / "templates.json"
    path.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", "utf-8")
