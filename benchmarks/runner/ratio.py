"""Devices beside each other, from the results of JMH: `ci/bench ratio`. Argument: its JSON file. Needs nothing but Python."""
import json
import sys

BASE = "cpu"


def table(results):
    """One line a benchmark and device other than the CPU: both scores, and how many times as fast the device is."""
    scores = {}
    for result in results:
        params = dict(result.get("params", {}))
        device = params.pop("device", BASE)
        name = result["benchmark"].rsplit(".", 2)
        key = (".".join(name[1:]), result["mode"], ", ".join(f"{k} {v}" for k, v in params.items()))
        scores.setdefault(key, {})[device] = result["primaryMetric"]
    lines = [["benchmark", "parameters", BASE, "device", "its score", "times as fast"], ["---"] * 6]
    for (name, mode, params), found in scores.items():
        for device in sorted(set(found) - {BASE}):
            if BASE in found:
                base, other = found[BASE], found[device]
                faster = other["score"] / base["score"] if mode == "thrpt" else base["score"] / other["score"]
                lines.append([name, params, score(base), device, score(other), f"{faster:.2f}"])
    return lines


def score(metric):
    error = metric["scoreError"]  # "NaN" of a single measurement
    return f"{metric['score']:.4g}" + (f" ± {float(error):.2g}" if error != "NaN" else "") + f" {metric['scoreUnit']}"


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        lines = table(json.load(file))
    if len(lines) == 2:
        sys.exit(f"ci/bench: {sys.argv[1]} has nothing that ran on the CPU and on another device; run: ci/bench jmh -p device=cpu,cuda")
    print("\n".join("| " + " | ".join(line) + " |" for line in lines))


if __name__ == "__main__":
    main()
