"""Makes an executed notebook fit to be committed: outputs stay, what belongs to one machine or one run goes.

    python3 cleanse.py ROOT EXECUTED.ipynb COMMITTED.ipynb
"""

import json
import os
import re
import socket
import sys

LOG_LINE = re.compile(r"^\d{2}[:/]\d{2}[:/]\d{2} .*\b(TRACE|DEBUG|INFO|WARN|ERROR)\b.*\n?", re.MULTILINE)
METADATA = {
    "kernelspec": {"display_name": "Java (Sparkhood)", "language": "java", "name": "java"},
    "language_info": {
        "codemirror_mode": "java",
        "file_extension": ".java",
        "mimetype": "text/x-java-source",
        "name": "java",
    },
}


def private_words(root):
    """What must not be read in a committed file, and what stands there instead; the longest first."""
    words = {root: ".", os.path.expanduser("~"): "~"}
    for host in {socket.gethostname(), socket.getfqdn()}:
        if len(host) > 3 and not host.startswith("localhost"):
            words[host] = "localhost"
    return sorted(words.items(), key=lambda word: -len(word[0]))


def cleansed(text, words):
    for private, public in words:
        text = text.replace(private, public)
    return LOG_LINE.sub("", text)


def joined(lines):
    return lines if isinstance(lines, str) else "".join(lines)


def output(found, words):
    """One output without log lines and private words, or None where nothing is left of it."""
    if found["output_type"] == "stream":
        text = cleansed(joined(found["text"]), words)
        if found["name"] == "stderr" or not text.strip():
            return None
        return {**found, "text": text.splitlines(keepends=True)}
    data = found["data"]
    if "image/png" in data or "text/html" in data:
        data = {kind: value for kind, value in data.items() if kind != "text/plain"}  # an object's address
    for kind in data:
        if kind.startswith("text/"):
            data[kind] = cleansed(joined(data[kind]), words).splitlines(keepends=True)
        elif kind.startswith("image/"):
            data[kind] = joined(data[kind]).replace("\n", "")
    return {**found, "data": data, "metadata": {}}


def main(root, executed, committed):
    words = private_words(root)
    with open(executed, encoding="utf-8") as file:
        notebook = json.load(file)
    notebook["metadata"] = METADATA
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        if cell["cell_type"] == "code":
            outputs = [output(each, words) for each in cell["outputs"]]
            cell["outputs"] = [each for each in outputs if each is not None]
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    for private, _ in words:
        if private in text:
            sys.exit(f"{committed}: '{private}' is still there; take it out of the cell")
    with open(committed, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
