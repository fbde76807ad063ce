"""scikit-learn's metrics of random scores, for test/train/metrics: writes test/golden/metrics.json.

    python test/golden/make_metrics.py
"""
import json
import os
import numpy as np
from sklearn import metrics as sk

rng = np.random.default_rng(0)
cases = []

for classes, count, absent in [(2, 40, False), (4, 60, False), (5, 50, True), (3, 30, False)]:
    scores = rng.normal(size=(count, classes)).round(2)
    target = rng.integers(0, classes, count)
    if absent:
        # A class that occurs neither as target nor as output, and one that is said and never right.
        scores[:, 4] = -9
        target[target >= 3] = 0
    said = scores.argmax(1)
    softmax = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    expected = {"confusion": sk.confusion_matrix(target, said, labels=range(classes)).tolist(), "mcc": sk.matthews_corrcoef(target, said)}
    for average in ["macro", "weighted", "micro"] + (["binary"] if classes == 2 else []):
        options = {"average": average, "zero_division": 0}
        expected[f"precision {average}"] = sk.precision_score(target, said, **options)
        expected[f"recall {average}"] = sk.recall_score(target, said, **options)
        expected[f"f1 {average}"] = sk.f1_score(target, said, **options)
        expected[f"iou {average}"] = sk.jaccard_score(target, said, **options)
    if not absent and classes > 2:
        for average in ["macro", "weighted"]:
            expected[f"auroc {average}"] = sk.roc_auc_score(target, softmax, average=average, multi_class="ovr")
            expected[f"ap {average}"] = sk.average_precision_score(np.eye(classes)[target], softmax, average=average)
        expected["top2"] = sk.top_k_accuracy_score(target, scores, k=2)
    cases.append({"scores": scores.tolist(), "target": target.tolist(), "expected": expected})

scores = rng.normal(size=50).round(1)
target = (rng.random(50) < 1 / (1 + np.exp(-scores))).astype(int)
said = (scores > 0).astype(int)
fpr, tpr, thresholds = sk.roc_curve(target, scores, drop_intermediate=False)
binary = {
    "scores": scores.tolist(), "target": target.tolist(), "precision": sk.precision_score(target, said), "recall": sk.recall_score(target, said),
    "f1": sk.f1_score(target, said), "iou": sk.jaccard_score(target, said), "mcc": sk.matthews_corrcoef(target, said), "auroc": sk.roc_auc_score(target, scores),
    "ap": sk.average_precision_score(target, scores), "fpr": fpr.tolist(), "tpr": tpr.tolist(), "thresholds": thresholds[1:].tolist(),
}
output, truth = rng.normal(size=(30, 3)).round(3), rng.normal(size=(30, 3)).round(3)
regression = {
    "output": output.tolist(), "target": truth.tolist(), "mse": sk.mean_squared_error(truth, output), "rmse": sk.root_mean_squared_error(truth, output),
    "mae": sk.mean_absolute_error(truth, output), "r2": sk.r2_score(truth, output),
}
path = os.path.join(os.path.dirname(__file__), "metrics.json")
with open(path, "w") as file:
    json.dump({"classes": cases, "binary": binary, "regression": regression}, file)
