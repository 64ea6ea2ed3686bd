"""The sets of ci/bench quality, as the programs of dev.eckart.benchmarks.quality read them."""
import csv
import json
import random
import subprocess
from pathlib import Path

from workers import ROOT


def fetched(name):
    return Path(subprocess.run([str(ROOT / "ci/data"), name], check=True, capture_output=True, text=True).stdout.strip())


def reviews(folder, seeds):
    """Without duplicates; a line of a split says of a review: 0 fit, 1 validation (a fifth of the training half), 2 test."""
    unique = {}
    for review in json.loads((fetched("imdb") / "reviews.json").read_text()):
        unique.setdefault(review["t"], int(review["s"]))
    with open(folder / "reviews.jsonl", "w") as out:
        for text, label in unique.items():
            out.write(json.dumps({"text": text, "label": label}) + "\n")
    n = len(unique)
    for seed in seeds:
        order = list(range(n))
        random.Random(seed).shuffle(order)
        part = [2] * n
        for place, i in enumerate(order[:n // 2]):
            part[i] = 1 if place % 5 == 0 else 0
        (folder / f"split-{seed}.txt").write_text("".join(f"{p}\n" for p in part))
    return n


def airports(folder):
    source = fetched("airports")
    (folder / "flights.csv").write_bytes((source / "flights-airport.csv").read_bytes())
    with open(source / "airports.csv") as lines, open(folder / "places.tsv", "w") as out:
        for row in csv.DictReader(lines):
            out.write(f"{row['iata']}\t{row['longitude']}\t{row['latitude']}\n")


def nouns(folder):
    """Synsets and their hypernyms (pointers @ and @i); the label is the lexicographer file, 26 of them, numbered from 0."""
    with open(fetched("wordnet") / "data.noun") as lines, open(folder / "nouns.tsv", "w") as edges, open(folder / "labels.tsv", "w") as labels:
        for line in lines:
            if line.startswith("  "):
                continue
            cells = line.split(" | ")[0].split()
            labels.write(f"n{cells[0]}\t{int(cells[1]) - 3}\n")
            first = 4 + 2 * int(cells[3], 16)
            for p in range(first + 1, first + 1 + 4 * int(cells[first]), 4):
                if cells[p] in ("@", "@i"):
                    edges.write(f"n{cells[0]}\tn{cells[p + 1]}\n")
