"""Prints the GraphQL documents of the installed W&B SDK, as JSON: [{"place": …, "text": …}].

Those of its Python part are found in the syntax trees of its modules, those of its Go part in its binary, where Go
keeps texts one after the other without an end: there a document ends with its last closing brace.
"""

import ast
import json
import re
from pathlib import Path

import wandb

root = Path(wandb.__file__).parent
found = []


def filled(parts):
    """An f-string with a name for each fragment that it puts in, and nothing for whatever else."""
    text = ""
    for part in parts:
        text += part.value if isinstance(part, ast.Constant) else "Some" if text.endswith("...") else ""
    return text


def texts(tree):
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield filled(node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.value


for module in sorted(root.rglob("*.py")):
    if "vendor" in module.parts:
        continue
    for text in texts(ast.parse(module.read_text(encoding="utf-8"))):
        if re.match(r"\s*(#graphql\s*)?(query|mutation|fragment)\s+\w+[^{]*\{", text):
            found.append({"place": str(module.relative_to(root)), "text": text})


def whole(text):
    """The document at the beginning of a text: its operation and the fragments that follow."""
    end = depth = 0
    for position, char in enumerate(text):
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                end = position + 1
                if not re.match(r"\s*fragment\s+\w+", text[end:]):
                    return text[:end]
        elif ord(char) > 126 or (ord(char) < 32 and char not in "\n\t"):
            return text[:end]
    return text[:end]


for binary in sorted(root.glob("bin/wandb-core*")):
    content = binary.read_bytes()
    for match in re.finditer(rb"(?:query|mutation) \w+ ?(?:\([^)]*\) ?)?\{", content):
        document = whole(content[match.start() : match.start() + 20_000].decode("latin-1"))
        if document:
            found.append({"place": binary.name, "text": document})

print(json.dumps({"version": wandb.__version__, "documents": found}))
