"""The contract as a page for people: one HTML document that loads nothing from elsewhere."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from clientupdater.entrypoints.http.descriptions import begin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

STYLE = """
body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}
code,pre{font:13px/1.45 ui-monospace,monospace}pre{background:#f6f6f4;padding:.7rem;overflow:auto}
details{border:1px solid #ddd;border-radius:6px;margin:.4rem 0;padding:.4rem .8rem}
summary{cursor:pointer}summary b{display:inline-block;width:4.5rem}table{border-collapse:collapse}
td{padding:.15rem .8rem .15rem 0;vertical-align:top}h2{margin-top:2rem}
@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}pre{background:#222}
details{border-color:#444}a{color:#9cf}}
"""


def page(document: Mapping[str, Any]) -> str:
    """Write the page."""
    title = escape(document["info"]["title"])
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>"
        f"<p>{_text(begin.ABOUT)} {_text(begin.CONVENTIONS)} The same for programs: "
        '<a href="/api/openapi.json">openapi.json</a>.</p>'
    )
    parts = (_steps(), _contents(document["tags"]), *_capabilities(document), *_schemas(document))
    return head + "".join(parts) + "</body></html>"


def _steps() -> str:
    steps = (
        f"<li><b>{escape(step.title)}.</b> {_text(step.text)}{_block(step.request)}</li>"
        for step in begin.STEPS
    )
    return f"<h2>Begin</h2><ol>{''.join(steps)}</ol>"


def _contents(tags: Iterable[Mapping[str, str]]) -> str:
    links = (f'<a href="#{_anchor(tag["name"])}">{escape(tag["name"])}</a>' for tag in tags)
    return f"<h2>Operations</h2><p>{' · '.join(links)}</p>"


def _capabilities(document: Mapping[str, Any]) -> Iterator[str]:
    """Write the operations under one heading for each capability."""
    for tag in document["tags"]:
        yield f'<h2 id="{_anchor(tag["name"])}">{escape(tag["name"])}</h2>'
        yield f"<p>{_text(tag['description'])}</p>"
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                if tag["name"] in operation["tags"]:
                    yield _operation(method, path, operation)


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    items = [f"<p>{_text(operation['description'])}</p>"]
    if operation.get("parameters"):
        items.append(f"<table>{''.join(map(_parameter, operation['parameters']))}</table>")
    if body := operation.get("requestBody"):
        items.append(f"<p>Body: {_content(body)}</p>{_example(body)}")
    items.append(f"<table>{''.join(map(_response, operation['responses'].items()))}</table>")
    items += map(_example, operation["responses"].values())
    line = f"<b>{method.upper()}</b> <code>{escape(path)}</code> · {escape(operation['summary'])}"
    return f"<details><summary>{line}</summary>{''.join(items)}</details>"


def _parameter(parameter: Mapping[str, Any]) -> str:
    need = "required" if parameter["required"] else "optional"
    cells = (
        f"<code>{escape(parameter['name'])}</code>",
        f"{parameter['in']}, {need}",
        _kind(parameter["schema"]),
    )
    return _row(*cells, _text(parameter["description"]))


def _response(item: tuple[str, Mapping[str, Any]]) -> str:
    status, answer = item
    return _row(status, _text(answer["description"]), _content(answer))


def _content(body: Mapping[str, Any]) -> str:
    return ", ".join(_kind(each.get("schema", {})) for each in body.get("content", {}).values())


def _example(body: Mapping[str, Any]) -> str:
    examples = (each["example"] for each in body.get("content", {}).values() if "example" in each)
    return "".join(_block(json.dumps(each, indent=1, ensure_ascii=False)) for each in examples)


def _kind(schema: Mapping[str, Any]) -> str:
    """Name the kind of value, with a link to its schema further down."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[1])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(map(_kind, schema["anyOf"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    rest = {n: value for n, value in schema.items() if n not in {"type", "description"}}
    further = f" <code>{escape(json.dumps(rest))}</code>" if rest else ""
    return escape(schema.get("type", "anything")) + further


def _schemas(document: Mapping[str, Any]) -> Iterator[str]:
    yield "<h2>Schemas</h2>"
    for name, schema in document["components"]["schemas"].items():
        required = schema.get("required", [])
        rows = (
            _row(
                f"<code>{escape(member)}</code>",
                "required" if member in required else "",
                _kind(described),
                _text(described.get("description", "")),
            )
            for member, described in schema.get("properties", {}).items()
        )
        values = ", ".join(f"`{value}`" for value in schema.get("enum", ()))
        yield f'<h3 id="{escape(name)}">{escape(name)}</h3><p>{_text(schema["description"])} '
        yield f"{_text(values)}</p><table>{''.join(rows)}</table>"


def _row(*cells: str) -> str:
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _block(text: str) -> str:
    return f"<pre>{escape(text)}</pre>"


def _anchor(name: str) -> str:
    return escape(name.lower().replace(" ", "-"))


def _text(text: str) -> str:
    """Write prose; text between backticks becomes code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts))
