"""The contract as a page for people: one document of HTML that needs nothing from elsewhere."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

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
        f"<p>{escape(document['info']['description'])} The same for programs: "
        '<a href="/api/openapi.json">openapi.json</a>.</p>'
    )
    return head + "".join(_operations(document)) + "".join(_schemas(document)) + "</body></html>"


def _operations(document: Mapping[str, Any]) -> Iterator[str]:
    last = ""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            tag = operation["tags"][0]
            if tag != last:
                yield f"<h2>{escape(tag)}</h2>"
                last = tag
            yield _operation(method, path, operation)


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    items = [f"<p>{_text(operation.get('description', ''))}</p>"]
    if operation.get("parameters"):
        items.append(f"<table>{''.join(map(_parameter, operation['parameters']))}</table>")
    if body := operation.get("requestBody"):
        items.append(f"<p>Body: {_content(body)}</p>")
    items.append(f"<table>{''.join(map(_response, operation['responses'].items()))}</table>")
    line = f"<b>{method.upper()}</b> <code>{escape(path)}</code> · {escape(operation['summary'])}"
    return f"<details><summary>{line}</summary>{''.join(items)}</details>"


def _parameter(values: Mapping[str, Any]) -> str:
    need = "required" if values["required"] else "optional"
    cells = (
        f"<code>{escape(values['name'])}</code>",
        f"{values['in']}, {need}",
        _kind(values["schema"]),
    )
    return _row(*cells, _text(values.get("description", "")))


def _response(items: tuple[str, Mapping[str, Any]]) -> str:
    status, answer = items
    return _row(status, escape(answer["description"]), _content(answer))


def _content(values: Mapping[str, Any]) -> str:
    return ", ".join(_kind(each.get("schema", {})) for each in values.get("content", {}).values())


def _kind(schema: Mapping[str, Any]) -> str:
    """Say what kind of value it is, with a link to what is described further down."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[1])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(map(_kind, schema["anyOf"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    rest = {name: value for name, value in schema.items() if name != "type"}
    further = f" <code>{escape(json.dumps(rest))}</code>" if rest else ""
    return escape(schema.get("type", "anything")) + further


def _schemas(document: Mapping[str, Any]) -> Iterator[str]:
    yield "<h2>Shapes</h2>"
    for name, schema in document["components"]["schemas"].items():
        must = schema.get("required", [])
        rows = (
            _row(f"<code>{escape(member)}</code>", "required" if member in must else "", _kind(of))
            for member, of in schema.get("properties", {}).items()
        )
        yield f'<h3 id="{escape(name)}">{escape(name)}</h3><p>'
        yield f"{_text(schema.get('description', ''))}</p><table>{''.join(rows)}</table>"


def _row(*cells: str) -> str:
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _text(text: str) -> str:
    """Write prose, with what stands between backticks as code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(parts))
