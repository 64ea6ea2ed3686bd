"""The table."""
import dataclasses
import json
from dataclasses import dataclass


@dataclass
class Row:
    figure: str
    against: str
    eckart: float
    other: float  # the peer's, or None
    unit: str
    ratio: float  # Eckart's over the other's, or None
    quartiles: list  # of the ratio; of the figure itself where there is no ratio
    target: float  # most the ratio, or the figure where there is no ratio, may be; None: no target
    rounds: int
    accuracy: dict
    other_accuracy: dict
    verdict: str
    fastest: list = None  # of Eckart's and of the peer's rounds


HEAD = ["figure", "against", "Eckart", "other", "ratio", "quartiles", "target", "accuracy", "other's accuracy", "n", "verdict"]


def number(value, unit=""):
    return "" if value is None else f"{value:.3g} {unit}".strip()


def accuracy(figures):
    return ", ".join(f"{name} {value:.1e}" for name, value in figures.items())


def cells(row):
    bound = "" if row.target is None else f"≤ {row.target:.3g}" + ("" if row.ratio is not None else f" {row.unit}")
    return [row.figure, row.against, number(row.eckart, row.unit), number(row.other, row.unit),
            "" if row.ratio is None else f"{row.ratio:.3f}", "–".join(f"{q:.3f}" for q in row.quartiles), bound,
            accuracy(row.accuracy), accuracy(row.other_accuracy), str(row.rounds), row.verdict]


def table(rows):
    lines = [HEAD, ["---"] * len(HEAD)] + [cells(row) for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def ratios(rows, peers):
    """One line a case, one column a peer: Eckart's time over the peer's, and its quartiles."""
    peers = [p for p in peers if any(row.against == p for row in rows)]
    cases = list(dict.fromkeys(row.figure for row in rows if row.against in peers))
    found = {(row.figure, row.against): row for row in rows}
    lines = [["case", "Eckart", *peers], ["---"] * (len(peers) + 2)]
    for case in cases:
        own = [found.get((case, p)) for p in peers]
        first = next(row for row in own if row)
        lines.append([case, number(first.eckart, first.unit), *[brief(row) if row else "" for row in own]])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def brief(row):
    """Its mark says that the results are not of one quality."""
    mark = {"WRONG": " WRONG", "less accurate": " †", "other is wrong": " ‡"}.get(row.verdict, "")
    return f"**{short(row.ratio)}** ({short(row.quartiles[0])}–{short(row.quartiles[1])}){mark}"


def short(ratio):
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.3f}"


def page(rows, machine, notes, groups):
    summaries = []
    for title, peers in groups.items():
        if any(row.against in peers for row in rows):
            summaries += [f"## {title}", "", ratios(rows, peers), ""]
    return "\n".join([
        "# Eckart beside its peers", "",
        "Made by `ci/bench`. Eckart and its peers run in turns; a ratio is Eckart's time over the peer's in the same round: its median, "
        "and in brackets its quartiles. **Below 1 Eckart is faster.** Certificates are included in Eckart's times. † marks results of "
        "Eckart less accurate than the peer's, ‡ a peer's wrong results.", "",
        *[f"- {key}: {value}" for key, value in machine.items()], "", *summaries, "## Everything", "",
        "Times are medians of Eckart's rounds and of the peer's n; slow peers run in fewer. Accuracy of svd is ‖A−USVᵀ‖/‖A‖ and the "
        "larger of ‖I−UᵀU‖/√k, ‖I−VᵀV‖/√k, of eigh likewise, of truncated and pca the error of the approximation, of other operations "
        "the relative error (against extended precision on some rows, against f64), all in the Frobenius norm. torch iterates as often as "
        "scikit-learn, torch-same-excess for twice the rank and until its excess is at most 1e-6 above Eckart's.", "",
        table(rows), "", *[f"- {note}" for note in notes], ""])


def write(path, rows, machine, notes, groups):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_suffix(".md").write_text(page(rows, machine, notes, groups))
    path.with_suffix(".json").write_text(json.dumps(
        {"machine": machine, "rows": [dataclasses.asdict(row) for row in rows], "notes": notes}, indent=1, ensure_ascii=False) + "\n")
