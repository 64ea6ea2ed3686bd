"""The peers of ci/bench quality: quality_peers.py NAME FOLDER [SEEDS] prints figures as dev.eckart.benchmarks.quality does.

gensim runs on the Python of the system (Debian's python3-gensim), the others in the environment of the peers.
"""
import json
import sys
import time
from pathlib import Path

import numpy as np


def show(name, value):
    print(f"{name}\t{value}", flush=True)


def read_reviews(folder):
    lines = [json.loads(line) for line in open(folder / "reviews.jsonl")]
    return np.array([line["text"] for line in lines], object), np.array([line["label"] for line in lines])


def tfidf(folder, seeds):
    """The baseline: all words, no SVD."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    texts, labels = read_reviews(folder)
    for seed in range(seeds):
        part = np.loadtxt(folder / f"split-{seed}.txt", dtype=int)
        cut = TfidfVectorizer(min_df=5)
        x = cut.fit_transform(texts[part < 2])
        model = LogisticRegression(max_iter=500).fit(x, labels[part < 2])
        show(f"seed {seed} tfidf", model.score(cut.transform(texts[part == 2]), labels[part == 2]))


def lsa(folder, _):
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    texts, _ = read_reviews(folder)
    start = time.perf_counter()
    x = TfidfVectorizer(min_df=5, dtype=np.float32).fit_transform(texts)
    middle = time.perf_counter()
    TruncatedSVD(100).fit(x)
    show("sklearn matrix seconds", middle - start)
    show("sklearn svd seconds", time.perf_counter() - middle)


def faiss(_, __):
    import faiss
    random = np.random.default_rng(0)
    index = faiss.IndexFlatIP(100)
    index.add(random.random((1_000_000, 100), np.float32))
    queries = random.random((100, 100), np.float32)
    least = np.inf
    for _ in range(5):
        start = time.perf_counter()
        index.search(queries, 10)
        least = min(least, time.perf_counter() - start)
    show("faiss seconds", least)


def gensim(folder, _):
    """The dimensions, window and least count of the vectors it is compared with; two threads."""
    import gensim
    texts = [line.split() for line in open(folder / "tokens.txt")]
    start = time.perf_counter()
    model = gensim.models.Word2Vec(texts, vector_size=100, window=10, min_count=10, epochs=5, workers=2, seed=0)
    show("gensim seconds", time.perf_counter() - start)
    show("gensim neighbours of great", " ".join(w for w, _ in model.wv.most_similar("great", topn=10)))
    np.save(folder / "gensim.npy", model.wv.vectors)
    (folder / "gensim.txt").write_text("\n".join(model.wv.index_to_key))


def walks(folder, epochs):
    """DeepWalk: skip-gram on the walks that Eckart made, with its dimensions and window; two threads."""
    import gensim
    start = time.perf_counter()
    model = gensim.models.Word2Vec(corpus_file=str(folder / "walks.txt"), sg=1, vector_size=64, window=10, min_count=1, epochs=int(epochs), workers=2,
                                   seed=0)
    show(f"word2vec-{epochs} seconds", time.perf_counter() - start)
    model.wv.save_word2vec_format(str(folder / f"word2vec-{epochs}.txt"))


def links(folder, seeds):
    """What tells hidden flights from pairs without one, both ends drawn by degree, if not vectors: degrees and common neighbours by logistic
    regression; these and where airports lie, which no vector of the graph knows, by boosted trees. Both learn from edges that are hidden in turn, a
    tenth each time, as those of the test are."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    rows = [line.strip().split(",") for line in open(folder / "flights.csv")][1:]
    names = sorted({name for row in rows for name in row[:2]})
    number = {name: i for i, name in enumerate(names)}
    flights = np.zeros((len(names), len(names)))
    for a, b, count in rows:
        flights[number[a], number[b]] += float(count)
    flights += flights.T
    places = {line.split("\t")[0]: line.split("\t")[1:] for line in open(folder / "places.tsv")}
    places = np.array([places[name] for name in names], float)
    edges = np.argwhere(np.triu(flights, 1) > 0)
    show("links of 10 flights or fewer", np.mean(flights[edges[:, 0], edges[:, 1]] <= 10))
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        edges = random.permutation(edges)
        none = without_edge(flights > 0, len(edges), random)
        hidden = round(0.2 * len(edges))
        kept, others = edges[hidden:], none[hidden:]
        folds = [pair_features(flights, places, np.delete(kept, np.s_[k::10], 0), np.r_[kept[k::10], others[k::10]]) for k in range(10)]
        y = np.concatenate([np.r_[np.ones(len(kept[k::10])), np.zeros(len(others[k::10]))] for k in range(10)])
        x, asked = np.concatenate(folds), pair_features(flights, places, kept, np.r_[edges[:hidden], none[:hidden]])
        truth = np.r_[np.ones(hidden), np.zeros(hidden)]
        plain = make_pipeline(StandardScaler(), LogisticRegression(max_iter=3000)).fit(x[:, :-4], y)
        show(f"seed {seed} links of degrees", roc_auc_score(truth, plain.decision_function(asked[:, :-4])))
        trees = HistGradientBoostingClassifier(max_iter=100, learning_rate=0.05, max_leaf_nodes=15, random_state=0).fit(x, y)
        show(f"seed {seed} links of places", roc_auc_score(truth, trees.predict_proba(asked)[:, 1]))


def without_edge(edge, count, random):
    degrees = edge.sum(1)
    found = {}
    while len(found) < count:
        a, b = sorted(random.choice(len(edge), 2, p=degrees / degrees.sum()))
        if a != b and not edge[a, b]:
            found[a, b] = True
    return random.permutation(np.array(list(found)))


def pair_features(flights, places, kept, pairs):
    """Of pairs: degrees, strengths, common neighbours (counted, and by Adamic and Adar, and by share); last, their distance and their middle."""
    edge = np.zeros(flights.shape)
    edge[kept[:, 0], kept[:, 1]] = 1
    edge += edge.T
    degrees, strengths = edge.sum(1), np.log1p((edge * flights).sum(1))
    a, b = pairs.T
    common = [(edge * scale) @ edge for scale in (1, 1 / np.log(np.maximum(degrees, 2)), 1 / np.maximum(degrees, 1))]
    least, most = np.minimum(degrees[a], degrees[b]), np.maximum(degrees[a], degrees[b])
    columns = [least, most, least * most, strengths[a] + strengths[b], np.abs(strengths[a] - strengths[b]), *(c[a, b] for c in common)]
    columns += [np.log1p(column) for column in columns]
    apart = places[a] - places[b]
    return np.column_stack([*columns, np.hypot(0.78 * apart[:, 0], apart[:, 1]), np.abs(apart[:, 0]), *(places[a] + places[b]).T])


def overlap(folder, glove):
    """How many of the ten nearest by GloVe are among the ten nearest here, over the 1000 most frequent words that all three have."""
    lines = [line.rstrip("\n").split(" ") for line in open(folder / "vectors.txt")]
    ours = {line[0]: np.array(line[1:], float) for line in lines}
    theirs = dict(zip((folder / "gensim.txt").read_text().split("\n"), np.load(folder / "gensim.npy")))
    known = json.loads(Path(glove).read_text())["vectors"]
    words = [w for w in ours if w in theirs and w in known]
    near = [nearest(np.array([source[w][:100] for w in words], np.float32)) for source in (known, ours, theirs)]
    for name, found in (("eckart", near[1]), ("gensim", near[2])):
        show(f"{name} overlap", np.mean([len(set(a) & set(b)) / 10 for a, b in zip(near[0], found)]))
    show("overlap words", len(words))


def nearest(vectors, queries=1000):
    unit = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    scores = unit[:queries] @ unit.T
    scores[np.arange(len(scores)), np.arange(len(scores))] = -2
    return np.argpartition(-scores, 10, axis=1)[:, :10]


if __name__ == "__main__":
    name, folder, more = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    {"tfidf": lambda: tfidf(folder, int(more)), "lsa": lambda: lsa(folder, more), "faiss": lambda: faiss(folder, more),
     "gensim": lambda: gensim(folder, more), "walks": lambda: walks(folder, more), "links": lambda: links(folder, int(more)), "overlap": lambda: overlap(folder, more)}[name]()
