# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The report of the experiments, in Markdown."""

HEADER = ["learned by", "loss", "accuracy", "held out", "distance of the curve", "error of gradients"]


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def print_checks(name, result):
    for holds, text in result["checks"]:
        print(f"{name:6} {'holds' if holds else 'FAILS'}  {text}", flush=True)


def section(name, result):
    parts = [f"## {result['title']}", result["text"]]
    if result["rows"]:
        parts.append(table(HEADER, [[f"`{row[0]}`", *row[1:]] for row in result["rows"]]))
    parts.append(f"![{result['title']}]({name}/{result['figure']})")
    parts.append("\n".join(f"- {'holds' if holds else '**FAILS**'}: {text}"
                           for holds, text in result["checks"]))
    return "\n\n".join(parts)


def write(path, results, size):
    parts = ["# Experiments of arXiv 2006.04182",
             f"Setting: {size}. The distance of a curve is the largest difference of its training "
             "loss from that of `backprop`, over the first loss; the error of gradients is the "
             "largest relative difference (L2) of a parameter's gradient from reverse mode, "
             "before learning and after every epoch, on one batch. Losses and accuracies are "
             "those of the last epoch."]
    parts += [section(name, result) for name, result in results]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
